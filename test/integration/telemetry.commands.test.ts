import { expect } from "chai";
import { strangerLogin } from "../../launch/drill/broker.ts";
import { base, openFleet, type Fleet } from "../../launch/drill/fleet.ts";
import type { FleetCommand } from "../../launch/telemetry.ts";
import { episode, numbers, telemetryRig, until, type TelemetryRig } from "../support/mosquitto.ts";

describe("commands from a fleet over a real broker", function () {
  this.timeout(60_000);
  let rig: TelemetryRig;
  beforeEach(async function () {
    rig = await telemetryRig(this);
  });
  afterEach(() => rig?.close());

  it("are passed on when they are in order, and answered with their correlation data", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => {
      asked.push(command);
      command.answer(command.kind === "resume" ? "nothing is held" : undefined);
    });
    await connected(telemetry);
    const { lease, outcome } = await heard.command("lease", { more: { seconds: 10 } });
    expect(outcome).to.equal("accepted");
    expect(await heard.command("hold", { more: { lease } })).to.include({ outcome: "accepted", kind: "hold", from: "fleet" });
    expect(await heard.command("resume", { more: { lease } })).to.include({
      outcome: "refused",
      reason: "arm",
      text: "nothing is held",
    });
    expect(await heard.command("finish", { more: { lease } })).to.include({ outcome: "accepted" });
    expect(await heard.ask('{"version":1,"kind":"stop"}')).to.include({ outcome: "accepted", kind: "stop" });
    expect(asked.map(({ kind }) => kind)).to.deep.equal(["hold", "resume", "finish", "stop"]);
  });

  it("are refused when they are old, from the future, repeated, without the lease, or deeds for whoever is beside the arm", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => (asked.push(command), command.answer()));
    await connected(telemetry);
    const reason = async (...of: Parameters<Fleet["command"]>) => (await heard.command(...of)).reason;
    const { lease } = await heard.command("lease", { more: { seconds: 10 } });
    expect(await reason("hold", { issued: -3, life: 1, more: { lease } })).to.equal("expired");
    expect(await reason("hold", { issued: 60, more: { lease } })).to.equal("future");
    expect(await reason("hold", { life: 3600, more: { lease } })).to.equal("lifetime");
    expect(await reason("hold", { seq: 1, more: { lease } })).to.equal("sequence");
    expect(await reason("hold", { more: { lease: "a guess" } })).to.equal("lease");
    for (const kind of ["reset", "enable", "start", "jog", "promote", "__proto__"])
      expect(await reason(kind, { more: { lease } })).to.equal("malformed");
    expect(asked).to.deep.equal([]);
  });

  it("do not hear what a broker retained from before, not even a stop", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    await heard.client.publishAsync(`${base}/command`, '{"version":1,"kind":"stop","from":"yesterday"}', {
      qos: 1,
      retain: true,
    });
    const telemetry = await arm();
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => (asked.push(command), command.answer()));
    await connected(telemetry);
    expect(await heard.ask('{"version":1,"kind":"stop","from":"today"}')).to.include({ outcome: "accepted" });
    expect(asked.map(({ from }) => from)).to.deep.equal(["today"]);
  });

  it("are refused while nobody takes them, and are with the arm one at a time", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    await connected(telemetry);
    const { lease } = await heard.command("lease", { more: { seconds: 10 } });
    expect(await heard.command("hold", { more: { lease } })).to.include({
      reason: "arm",
      text: "this run takes no commands from afar",
    });
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => asked.push(command));
    const first = heard.command("hold", { more: { lease } });
    expect(await heard.command("finish", { more: { lease } })).to.include({ reason: "busy" });
    const stop = heard.ask('{"version":1,"kind":"stop"}');
    await until("both", () => asked.length === 2);
    expect(asked.map(({ kind }) => kind)).to.deep.equal(["hold", "stop"]);
    for (const command of asked) command.answer();
    expect((await first).outcome).to.equal("accepted");
    expect((await stop).outcome).to.equal("accepted");
  });

  it("do no harm where they are none: other bytes, too many, too deep", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    const telemetry = await arm();
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => (asked.push(command), command.answer()));
    await connected(telemetry);
    const { pid } = telemetry;
    const hostile = [
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from("null"),
      Buffer.from('{"version":1,"kind":"hold"'),
      Buffer.from("[".repeat(4000)),
      Buffer.from(`{"a":`.repeat(700) + "1" + "}".repeat(700)),
      Buffer.from(JSON.stringify({ version: 1, kind: "stop", pad: "x".repeat(5000) })),
      Buffer.from('{"version":1,"kind":"stop","__proto__":{"kind":"start"}}'),
    ];
    for (const payload of hostile.slice(0, -1)) expect(await heard.ask(payload)).to.include({ reason: "malformed" });
    expect(await heard.ask(hostile.at(-1)!)).to.include({ outcome: "accepted", kind: "stop" });
    await heard.client.publishAsync(`${base}/command`, Buffer.alloc(200_000, 0x5b), { qos: 1 });
    for (let k = 0; k < 300; k++) heard.client.publish(`${base}/command`, hostile[k % 7]!, { qos: 0 });
    await until("a stop among the noise", () => asked.length >= 1);
    expect(await heard.ask('{"version":1,"kind":"stop"}')).to.include({ outcome: "accepted" });
    expect(telemetry.pid).to.equal(pid);
    expect(asked.every(({ kind }) => kind === "stop")).to.equal(true);
  });

  it("are answered nowhere but below the arm's own topic, wherever it is asked to", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const heard = await fleet();
    await connected(await arm());
    const properties = { responseTopic: "onarm/v1/lab/arm1/connection" };
    await heard.client.publishAsync(`${base}/command`, "nonsense", { qos: 1, properties });
    const answer = () => heard.packets.find(({ topic }) => topic === `${base}/response`);
    await until("an answer", () => answer() !== undefined);
    expect(JSON.parse(answer()!.payload.toString())).to.include({ reason: "malformed" });
  });

  it("are heard, and news are told, only where the access list allows", async () => {
    const { broker, fleet, arm, connected } = rig;
    await broker.start();
    const telemetry = await arm();
    const asked: FleetCommand[] = [];
    telemetry.command$.subscribe((command) => (asked.push(command), command.answer()));
    await connected(telemetry);
    const stranger = await openFleet(broker, { login: strangerLogin, clientId: "stranger" }).then(
      async (made) => (rig.keep(made), made),
      () => undefined,
    );
    stranger?.client.publish(`${base}/command`, '{"version":1,"kind":"stop"}', { qos: 0 });
    telemetry.publish(episode(0));
    const heard = await fleet();
    telemetry.publish(episode(1));
    await until("the one who may", () => numbers(heard.messages).includes(1));
    expect(stranger?.messages ?? []).to.deep.equal([]);
    expect(asked).to.deep.equal([]);
  });
});
