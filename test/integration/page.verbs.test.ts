import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { certificates } from "../support/certificate.ts";
import { at, fixture, start, write } from "./verbs.run.ts";

const shipped = (name: string) => fileURLToPath(new URL(`../../shipped/sawyer/${name}`, import.meta.url));
/** Practice that is over at once, if anybody let it. */
const brief = write(
  "brief.yaml",
  "practice: { updatesPerStep: 0.1, tasksPerRound: 5, priorEpisodes: 2, posteriorEpisodes: 0 }\n",
);

const linkIn = (run: ReturnType<typeof start>, what = "the page") =>
  run.when(() => new RegExp(`${what}: (https?:\\S+)`).exec(run.stderr())?.[1] ?? false);

describe("the page of a verb", function () {
  this.timeout(120_000);

  it("over TLS is watched from a terminal by the link that opens once; the log has who came, and no token", async function () {
    const made = certificates(this);
    try {
      const { cert, key } = made.make("page", ["DNS:localhost"]);
      const log = at("tls.log");
      const token = "a-lasting-token";
      const secure = ["--tls-cert", cert, "--tls-key", key, "--port", "0", "--token", token, "--log", log];
      const run = start(["run", "--seconds", "60", "--out", at("tls"), ...secure]);
      const link = await linkIn(run);
      expect(link).to.match(/^https:\/\/localhost:\d+\/\?token=[\w-]{43}$/);
      const viewer = await linkIn(run, "to watch only");
      const watch = start(["watch", link, "--ca", cert]);
      await watch.when(() => /live, operator 1/.test(watch.stderr()));
      await run.when(() => /operator 1: came by the link that opens once/.test(run.stderr()));
      run.interrupt();
      const [watched, ran] = await Promise.all([watch.ended, run.ended]);
      expect(watched.json).to.include({ ended: "run" });
      expect(watched.json.states).to.be.above(0);
      expect(ran.code, ran.err).to.equal(0);
      const logged = readFileSync(log, "utf8");
      expect(logged).to.include("operator 1: came by the link that opens once").and.include('"code":"end"');
      const tokens = [link, viewer].map((url) => new URL(url).searchParams.get("token")!);
      for (const secret of [token, ...tokens]) expect(logged).to.not.include(secret);
    } finally {
      made.close();
    }
  });

  it("of practice on an arm shows the arm", async () => {
    const inputs = ["--bundle", shipped("bundle"), "--dataset", shipped("dataset"), "--config", brief];
    const run = start(["practise", ...inputs, "--steps", "4000", "--tasks", "0", "--port", "0", "--out", at("shown")]);
    const link = await linkIn(run);
    const watch = start(["watch", link]);
    await watch.when(() => /^(running|resetting|idle|stopped|holding): ./m.test(watch.stderr()));
    watch.interrupt();
    await watch.ended;
    // The arm is shown before the learner has read its data; what is stopped until then is no practice yet.
    await run.when(() => /practise +[1-9]\d* %/.test(run.stderr()));
    run.interrupt();
    const { code, json, err } = await run.ended;
    await run.gone();
    expect(code, err).to.equal(0);
    expect(json).to.include({ interrupted: true, promoted: false });
  });

  it("of practice without an arm is not there, and that is said", async () => {
    await fixture();
    const run = start([
      "practise",
      "--bundle",
      at("bundle"),
      "--dataset",
      at("dataset"),
      "--steps",
      "100",
      "--out",
      at("unseen"),
    ]);
    await run.when(() => run.stderr().includes("no page: the domain point has no arm to show or to stop"));
    // What asks a page for a link ends no run that has none.
    process.kill(run.pid, "SIGUSR2");
    run.interrupt();
    const { code, err } = await run.ended;
    expect(code, err).to.equal(0);
    expect(err).to.not.include("the page: ");
  });
});
