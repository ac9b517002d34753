import { expect } from "chai";
import { join } from "node:path";
import { armLogin, ROBOT, SITE } from "../../launch/drill/broker.ts";
import { openTelemetry, type Telemetry } from "../../launch/telemetry.ts";
import type { FleetEvent, Message } from "../../src/telemetry/messages.ts";
import { reader, testBroker, until, type Reader, type TestBroker } from "../support/mosquitto.ts";

const base = `onarm/v1/${SITE}/${ROBOT}`;
const episode = (number: number): FleetEvent => ({
  kind: "episode",
  episode: number,
  steps: 50,
  seconds: 5,
  success: null,
  clamps: 0,
});
const running: FleetEvent = { kind: "state", mode: "running", ticks: 1, stops: 0, clamps: 0, holds: 0, episodes: 0, steps: 0 };
const numbers = (messages: readonly Message[]) => messages.flatMap((m) => (m.channel === "episode" ? [m.episode] : []));
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);

describe("telling a fleet over a real broker", function () {
  this.timeout(60_000);
  let broker: TestBroker;
  let open: { close(): Promise<unknown> }[] = [];
  const lines: string[] = [];

  beforeEach(async function () {
    lines.length = 0;
    broker = await testBroker(this);
  });
  afterEach(async () => {
    for (const each of open.reverse()) await each.close();
    open = [];
    await broker?.close();
  });
  const fleet = async (options: Parameters<typeof reader>[1] = {}): Promise<Reader> => {
    const made = await reader(broker.url, options);
    open.push(made);
    return made;
  };
  const arm = async (session = "s1"): Promise<Telemetry> => {
    const store = join(broker.folder, "telemetry.jsonl");
    const made = await openTelemetry({ url: broker.url, ...armLogin, site: SITE, robot: ROBOT, session, store }, (line) =>
      lines.push(line),
    );
    open.push(made);
    return made;
  };

  it("says that it is there, how it is, what happened, and goodbye", async () => {
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

  it("loses nothing and says nothing twice to its reader while the broker is absent, killed and back", async () => {
    const telemetry = await arm();
    for (const n of upTo(20)) telemetry.publish(episode(n));
    await broker.start();
    const heard = await fleet();
    await until("the first ones", () => numbers(heard.messages).length === 20);
    for (const n of upTo(20)) telemetry.publish(episode(20 + n));
    await broker.kill("SIGKILL");
    for (const n of upTo(20)) telemetry.publish(episode(40 + n));
    await until("an absence that was noticed", () => lines.some((line) => line.includes("gone")));
    await broker.start();
    await until("the rest", () => new Set(numbers(heard.messages)).size === 60);
    expect(numbers(heard.messages).sort((a, b) => a - b)).to.deep.equal(upTo(60));
  });
});
