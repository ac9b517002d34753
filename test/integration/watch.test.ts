import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { BehaviorSubject } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveOperator, type OperatorServer } from "../../src/operator/server.ts";
import type { PageState } from "../../src/operator/protocol.ts";
import { lineTo, type Line } from "../support/line.ts";
import { practising, stopped } from "../support/pageStates.ts";
import { skip } from "../support/skip.ts";
import { onarm, start, until } from "./verbs.run.ts";

describe("onarm watch", function () {
  this.timeout(60_000);
  let server: OperatorServer;
  let state$: BehaviorSubject<PageState>;
  let commands: string[];
  beforeEach(async () => {
    [commands, state$] = [[], new BehaviorSubject<PageState>(practising)];
    const onCommand = ({ kind, by }: { kind: string; by?: string }) => void commands.push(`${by}: ${kind}`);
    server = await serveOperator({ port: 0, description: sawyer, state$, onCommand, say: () => {} });
  });
  afterEach(async () => await server.close());

  it("tells each snapshot as a line of JSON, what is new on stderr, and in the end what was watched", async () => {
    const run = start(["watch", server.viewerUrl]);
    await run.when(() => run.stderr().includes("running: practising without rewards"));
    state$.next(stopped);
    await run.when(() => run.stderr().includes("stopped: stopped by the operator"));
    await server.close();
    const { code, out, err, json } = await run.ended;
    expect(code, err).to.equal(0);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, -1).map(({ mode }) => mode)).to.deep.equal(["running", "stopped"]);
    expect(lines[0]).to.have.deep.property("arm", JSON.parse(JSON.stringify(practising.arm)));
    expect(json).to.include({ ended: "run", states: 2, losses: 0, mode: "stopped" });
    expect(err).to.include("live, watching only; nobody is in control").and.include("THE RUN HAS ENDED");
    expect(commands).to.deep.equal([]);
  });

  it("ends at Ctrl-C, and leaves the arm and its run alone", async () => {
    const run = start(["watch"], { ONARM_LINK: server.viewerUrl });
    await run.when(() => run.stderr().includes("running:"));
    run.interrupt();
    const { code, json } = await run.ended;
    expect(code).to.equal(0);
    expect(json).to.include({ ended: "quit", interrupted: true });
    expect(commands).to.deep.equal([]);
  });

  describe("on a line that goes silent", () => {
    let line: Line;
    beforeEach(async () => (line = await lineTo(Number(new URL(server.url).port))));
    afterEach(() => line.cut());

    it("says that the link is lost, and comes back by itself, also when its link opens once", async () => {
      const link = new URL(server.renewLink());
      link.port = String(line.port);
      const run = start(["watch", "--link", link.href]);
      await run.when(() => run.stderr().includes("live, operator 1"));
      line.freeze();
      await run.when(() => /LINK LOST.*use the arm's own stop/.test(run.stderr()));
      await run.when(() => run.stderr().includes("live, operator 2"));
      run.interrupt();
      expect((await run.ended).json).to.include({ losses: 1 });
    });
  });

  it("refuses a link that is none, leads nowhere, or has a wrong or used token, in one sentence", async () => {
    const used = server.renewLink();
    server.renewLink();
    const port = new URL(server.url).port;
    for (const [link, words] of [
      [server.url.replace(/token=.*/, "token=wrong"), /wrong or was used already/],
      [used, /wrong or was used already; take the link to watch only, or ask the run for a new one/],
      [server.url.replace(`:${port}`, ":9"), /nothing listens there; check the link's host and port/],
      [server.url.replace("http:", "https:"), /no run at https:/],
      [server.url.replace(/\?.*/, ""), /the link has no token in it/],
      ["8642", /no address of a page/],
    ] as const) {
      const { code, err, json } = await onarm("watch", link);
      expect(code, link).to.equal(2);
      expect(json.error.code, link).to.equal("usage.invalid");
      expect(err, link)
        .to.match(/^onarm: watch: [^\n]*\n$/)
        .and.match(words);
      expect(err, link).to.not.include("token=w");
    }
  });

  it("in a terminal draws over itself, stops the arm by the space key and is left by q", async function () {
    try {
      execFileSync("script", ["--version"], { stdio: "ignore" });
    } catch {
      skip(this, "script of util-linux is not installed: it makes a terminal of a pipe");
    }
    const program = fileURLToPath(new URL("../../bin/onarm.mjs", import.meta.url));
    const line = `"${process.execPath}" "${program}" watch "${server.renewLink()}"`;
    const terminal = spawn("script", ["-qfec", line, "/dev/null"], { env: { ...process.env, NODE_OPTIONS: "" } });
    let shown = "";
    terminal.stdout.on("data", (chunk) => (shown += chunk));
    const ended = new Promise<number | null>((resolve) => terminal.on("close", resolve));
    await until(() => /operator 1;[\s\S]*right_j3 *\[-+[|·]/.test(shown));
    terminal.stdin.write(" ");
    await until(() => shown.includes("stop was sent at"));
    await until(() => commands.length > 0);
    terminal.stdin.write("q");
    expect(await ended).to.equal(0);
    expect(commands).to.deep.equal(["operator 1: stop"]);
    expect(shown).to.include("\u001b[?1049h").and.include("\u001b[?25h\u001b[?1049l");
    expect(shown).to.include("the arm goes on as it was");
  });
});
