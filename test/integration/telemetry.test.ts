import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { armLogin, ROBOT, SITE } from "../../launch/drill/broker.ts";
import { base } from "../../launch/drill/fleet.ts";
import { forkEntry } from "../../launch/fork.ts";
import { openTelemetry, type TelemetryOptions } from "../../launch/telemetry.ts";
import type { ToTelemetry } from "../../launch/telemetryProtocol.ts";
import type { FleetEvent } from "../../src/telemetry/messages.ts";
import { episode, numbers, telemetryRig, testBroker, until, type TelemetryRig } from "../support/mosquitto.ts";

const running: FleetEvent = { kind: "state", mode: "running", ticks: 1, stops: 0, clamps: 0, holds: 0, episodes: 0, steps: 0 };
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);
const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);

describe("telling a fleet over a real broker", function () {
  this.timeout(60_000);
  let rig: TelemetryRig;
  beforeEach(async function () {
    rig = await telemetryRig(this);
  });
  afterEach(() => rig?.close());

  it("says that it is there, how it is, what happened, and goodbye", async () => {
    const { broker, fleet, arm } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    telemetry.publish({ kind: "facts", arm: "sawyer", bundle: "b", config: "c", commit: "d", joints: ["right_j0"] });
    telemetry.publish(running);
    telemetry.publish(episode(0));
    telemetry.publish({ kind: "fault", level: "stop", cause: "state.stale", text: "No fresh joint state came from the arm." });
    await until("all of it", () => new Set(heard.messages.map(({ channel }) => channel)).size === 5);
    await telemetry.close();
    await until("goodbye", () => heard.messages.some((m) => m.channel === "connection" && m.state === "OFFLINE"));
    expect(heard.intake.counts()).to.include({ malformed: 0, duplicates: 0 });
    const late = await fleet({ clientId: "late" });
    await until("what is retained", () => late.messages.length >= 2);
    expect(late.messages.map((m) => (m.channel === "connection" ? m.state : m.channel)).sort()).to.deep.equal([
      "OFFLINE",
      "facts",
    ]);
    expect(heard.packets.every(({ topic }) => topic.startsWith(`${base}/`))).to.equal(true);
  });

  it("tells a change of mode at once, and of many states only the newest", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    await connected(telemetry);
    for (const k of upTo(200)) telemetry.publish({ ...running, ticks: k, steps: k } as FleetEvent);
    telemetry.publish({ ...running, mode: "stopped", cause: "link.lost", stops: 1, ticks: 200 } as FleetEvent);
    const states = () => heard.messages.filter((m) => m.channel === "state");
    await until("the stop", () => states().some((m) => m.channel === "state" && m.mode === "stopped"));
    expect(states().length).to.be.below(5);
    expect(states().at(-1)).to.include({ mode: "stopped", cause: "link.lost", ticks: 200, session: "s1", version: 1 });
  });

  it("loses nothing and says nothing twice to its reader while the broker is absent, killed and back", async () => {
    const { broker, fleet, arm, lines } = rig;
    const telemetry = await arm();
    for (const n of upTo(20)) telemetry.publish(episode(n));
    await broker.start();
    const heard = await fleet();
    await until("the first ones", () => numbers(heard.messages).length === 20);
    await broker.kill("SIGKILL");
    for (const n of upTo(40)) telemetry.publish(episode(20 + n));
    await until("an absence that was noticed", () => lines.some((line) => line.includes("gone")));
    await broker.start();
    await until("the rest", () => new Set(numbers(heard.messages)).size === 60);
    expect(sorted(numbers(heard.messages))).to.deep.equal(upTo(60));
    expect(lines.filter((line) => line.includes("gone")).length, lines.join("\n")).to.be.within(1, 2);
  });

  it("gets back what the broker acknowledged and then lost, by asking for it again", async () => {
    const { broker, fleet, arm } = rig;
    await broker.start();
    const telemetry = await arm();
    for (const n of upTo(3)) telemetry.publish(episode(n)); // nobody reads: the broker lets them fall
    await until("their way to the broker", () => telemetry.counts()?.sent === 3);
    const heard = await fleet();
    telemetry.publish(episode(3));
    await until("the last one", () => numbers(heard.messages).length === 1);
    expect(heard.intake.gaps(`${base}/episode`, "s1")).to.deep.equal([{ session: "s1", channel: "episode", first: 0, last: 2 }]);
    for (const gap of heard.intake.gaps(`${base}/episode`, "s1"))
      expect(await heard.command("resend", { more: { ...gap } })).to.include({ outcome: "accepted" });
    await until("the others", () => numbers(heard.messages).length === 4);
    expect(heard.intake.gaps(`${base}/episode`, "s1")).to.deep.equal([]);
  });

  it("keeps what was not said over the death of its process and over the next run in the same folder", async () => {
    const { broker, fleet, arm } = rig;
    const first = await arm();
    for (const n of upTo(5)) first.publish(episode(n));
    process.kill(first.pid!, "SIGKILL");
    for (const n of upTo(5)) first.publish(episode(5 + n));
    await until("its return", () => (first.counts()?.waiting ?? 0) === 10);
    await first.close();
    const store = await readFile(join(broker.folder, "telemetry.jsonl"), "utf8");
    await writeFile(join(broker.folder, "telemetry.jsonl"), store.slice(0, -1) + '\n{"put":{"topic":"torn'); // killed as it wrote
    const second = await arm({ session: "s2" });
    second.publish(episode(100));
    await broker.start();
    const heard = await fleet();
    await until("all", () => numbers(heard.messages).length >= 11);
    expect(sorted(numbers(heard.messages))).to.deep.equal([...upTo(10), 100]);
    expect(heard.messages.find((m) => m.channel === "episode" && m.episode === 100)).to.include({ session: "s2", seq: 0 });
  });

  it("goes on counting when a run is begun again under the name of an earlier one", async () => {
    const { broker, fleet, arm } = rig;
    const first = await arm();
    first.publish(episode(0));
    await first.close();
    const again = await arm();
    again.publish(episode(1));
    await broker.start();
    const heard = await fleet();
    await until("both", () => numbers(heard.messages).length === 2);
    expect(sorted(heard.messages.flatMap((m) => (m.channel === "episode" ? [m.seq] : [])))).to.deep.equal([0, 1]);
  });

  it("has the broker say that it broke when its process dies and stays away", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    await connected(telemetry);
    process.kill(telemetry.pid!, "SIGSTOP");
    const state = () => heard.messages.flatMap((m) => (m.channel === "connection" ? [m.state] : [])).at(-1);
    await until("the last will", () => state() === "CONNECTION_BROKEN", 30_000);
    process.kill(telemetry.pid!, "SIGCONT");
    await until("its return", () => state() === "ONLINE");
  });

  it("tells the fleet that control is lost when whoever drove the arm is gone without a word", async () => {
    const { broker, fleet } = rig;
    await broker.start();
    const heard = await fleet();
    const child = forkEntry(new URL("../../launch/telemetryProcess.ts", import.meta.url));
    const store = join(broker.folder, "telemetry.jsonl");
    const known = { url: broker.url, ...armLogin, site: SITE, robot: ROBOT, session: "s1", store, stateSeq: 0 };
    child.send({ open: known } satisfies ToTelemetry);
    const said = () => heard.messages.flatMap((m) => (m.channel === "connection" ? [m] : [])).at(-1);
    await until("a connection", () => said()?.state === "ONLINE");
    child.disconnect();
    await until("the news", () => said()?.state === "OFFLINE");
    expect(said()).to.include({ reason: "control.lost", connects: 1 });
    await until("its end", () => child.exitCode === 0);
  });

  it("goes on without a broker that does not know its password, and says so once", async () => {
    const { broker, arm, lines } = rig;
    await broker.start();
    const telemetry = await arm({ password: "wrong" });
    telemetry.publish(episode(0));
    await until("the refusal", () => lines.some((line) => /gone .*not auth/i.test(line)));
    expect(telemetry.counts()?.connected ?? false).to.equal(false);
    expect(lines.filter((line) => line.includes("gone"))).to.have.length(1);
    expect(lines.join()).not.to.include("wrong");
  });

  it("gives way to another run of the same name, says so once, and does not fight for the place", async () => {
    const { broker, arm, lines } = rig;
    await broker.start();
    await arm({ store: join(broker.folder, "a.jsonl") });
    await arm({ store: join(broker.folder, "b.jsonl"), session: "s2" });
    await until("the question", () => lines.some((line) => line.includes("same site and robot")), 30_000);
    expect(lines.filter((line) => line.includes("is there")).length).to.be.below(10);
  });

  it("ends in order when there never was a broker, and what it had to say waits in its store", async () => {
    const { arm } = rig;
    const telemetry = await arm();
    telemetry.publish(episode(0));
    await telemetry.close();
    expect(telemetry.pid).to.equal(undefined);
    expect(telemetry.counts()).to.include({ waiting: 1, sent: 0, dropped: 0, connected: false });
  });

  it("speaks TLS to a broker whose certificate the named authority signed, and to no other", async function () {
    const { broker, fleet, arm, lines } = rig;
    const secure = await testBroker(this, { tls: true });
    rig.keep(secure);
    await secure.start();
    const heard = await fleet({}, secure);
    const wary = await arm({ url: secure.url, store: join(broker.folder, "wary.jsonl") });
    await until("distrust", () => lines.some((line) => /certificate/.test(line)));
    expect(wary.counts()?.connected ?? false).to.equal(false);
    await wary.close();
    const telemetry = await arm({ url: secure.url, ca: secure.ca! });
    telemetry.publish(episode(0));
    await until("a summary", () => numbers(heard.messages).length === 1);
  });
});

describe("what telemetry refuses before anything else", () => {
  const good = { url: "mqtt://127.0.0.1:1", site: "lab", robot: "arm1", session: "s", store: "/nowhere/telemetry.jsonl" };
  const bad: readonly [string, Partial<TelemetryOptions>, string, RegExp][] = [
    ["a site that would be several parts of a topic", { site: "a/b" }, "usage.invalid", /site/],
    ["a robot that is a wildcard", { robot: "+" }, "usage.invalid", /robot/],
    ["a session that is none", { session: "" }, "usage.invalid", /session/],
    ["an address of another kind", { url: "http://127.0.0.1" }, "usage.invalid", /mqtt:\/\//],
    ["no address", { url: "broker" }, "usage.invalid", /mqtt:\/\//],
    ["a password in the address", { url: "mqtt://a:b@127.0.0.1" }, "usage.invalid", /logs/],
    ["a password without a name", { password: "x" }, "usage.invalid", /username/],
    ["a certificate that is not there", { ca: "/nowhere/ca.pem" }, "file.missing", /ca\.pem/],
  ];
  for (const [what, options, code, words] of bad)
    it(what, async () => {
      const error = await openTelemetry({ ...good, ...options }, () => {}).then(
        async (telemetry) => (await telemetry.close(), undefined),
        (thrown: unknown) => thrown,
      );
      expect(error).to.include({ code });
      expect((error as Error).message).to.match(words);
    });
});
