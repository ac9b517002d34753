import { once } from "node:events";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import { parse } from "@foxglove/rosmsg";
import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { WebSocket } from "ws";
import { sawyer } from "../../robot/description/sawyer.ts";
import { decodeJointState } from "../../src/recording/jointState.ts";
import { foxgloveRig, tokens, type FoxgloveRig } from "../support/foxgloveRig.ts";
import { practising } from "../support/pageStates.ts";

const json = <T>(data: Uint8Array) => JSON.parse(Buffer.from(data).toString()) as T;

describe("a viewer that speaks the Foxglove protocol", () => {
  let rig: FoxgloveRig;
  beforeEach(async () => (rig = await foxgloveRig()));
  afterEach(async () => await rig.server.close());

  it("is let in by both names of the protocol, at / and at /ws", async () => {
    for (const protocol of ["foxglove.websocket.v1", "foxglove.sdk.v1"])
      for (const path of [`/?token=${tokens.viewer}`, `/ws?token=${tokens.operator}`])
        expect(await rig.answerTo({ protocol, path })).to.equal(protocol);
  });

  it("gets the first of the names it offers, and our own link where it offers that too", async () => {
    const both = ["foxglove.sdk.v1", "foxglove.websocket.v1"];
    expect(await rig.answerTo({ protocol: both })).to.equal("foxglove.sdk.v1");
    expect(await rig.answerTo({ protocol: ["x", ...both.reverse()] })).to.equal("foxglove.websocket.v1");
    expect(await rig.answerTo({ protocol: [...both, "onarm.v1"], path: `/ws?token=${tokens.viewer}` })).to.equal("onarm.v1");
  });

  it("stays out without the token, at another path, and under a host that is not ours", async () => {
    expect(await rig.answerTo({ path: "/" })).to.equal(401);
    expect(await rig.answerTo({ path: "/?token=wrong" })).to.equal(401);
    expect(await rig.answerTo({ path: `/other?token=${tokens.viewer}` })).to.equal(404);
    expect(await rig.answerTo({ headers: { host: "evil.example" } })).to.equal(403);
  });

  it("may be a desktop program, whose pages are files; no page of the web and no sandbox", async () => {
    expect(await rig.answerTo({ headers: { origin: "file://" } })).to.equal("foxglove.websocket.v1");
    expect(await rig.answerTo({ headers: { origin: "null" } })).to.equal(403);
    expect(await rig.answerTo({ headers: { origin: "https://viewer.example" } })).to.equal(403);
    expect(await rig.answerTo({ headers: { origin: `http://${rig.host}` } })).to.equal("foxglove.websocket.v1");
  });

  it("from a file or an allowed page may still not command: our own link stays shut to it", async () => {
    const path = `/ws?token=${tokens.operator}`;
    expect(await rig.answerTo({ protocol: "onarm.v1", path, headers: { origin: "file://" } })).to.equal(403);
  });

  it("may be a page whose origin was allowed: to watch, and not to command", async () => {
    const allowing = await foxgloveRig(undefined, ["https://viewer.example"]);
    const from = (origin: string, opening: object = {}) => allowing.answerTo({ headers: { origin }, ...opening });
    expect(await from("https://viewer.example")).to.equal("foxglove.websocket.v1");
    expect(await from("https://viewer.example:444")).to.equal(403);
    expect(await from("https://viewer.example.evil.example")).to.equal(403);
    expect(await from("https://viewer.example", { path: "/" })).to.equal(401);
    expect(await from("https://viewer.example", { protocol: "onarm.v1", path: `/ws?token=${tokens.operator}` })).to.equal(403);
    await allowing.server.close();
  });

  it("that was refused for its origin with the right token is told of, once", async () => {
    const headers = { origin: "https://viewer.example" };
    await rig.answerTo({ headers });
    await rig.answerTo({ headers });
    await rig.answerTo({ headers: { origin: "https://other.example" }, path: "/?token=wrong" });
    const told = rig.said.filter((line) => line.includes("--allow-origin"));
    expect(told).to.have.length(1);
    expect(told[0]).to.include('"https://viewer.example"');
  });

  it("finds a printed address that lets it watch", async () => {
    const line = rig.said.find((said) => said.startsWith("for Foxglove"))!;
    const came = firstValueFrom(rig.audit$);
    const socket = new WebSocket(line.slice(line.indexOf("ws://")), "foxglove.websocket.v1");
    await once(socket, "open");
    socket.terminate();
    expect(await came).to.equal("viewer 1 came to watch by foxglove.websocket.v1");
  });

  it("is not let in by the link that opens once, and does not use it up", async () => {
    const once = new URL(rig.said.find((line) => line.startsWith("the page:"))!.slice("the page: ".length)).search;
    expect(await rig.answerTo({ path: `/${once}` })).to.equal(401);
    expect(await rig.answerTo({ path: `/ws${once}`, protocol: "onarm.v1" })).to.equal("onarm.v1");
  });

  it("learns that there is nothing it may do but watch", async () => {
    const { info, client, statuses, until } = await rig.viewer();
    expect(info).to.include({ name: "onarm" });
    expect(info.capabilities).to.deep.equal([]);
    client.sendMessage(1, new Uint8Array([1]));
    client.sendServiceCallRequest({ serviceId: 1, callId: 1, encoding: "json", data: new DataView(new ArrayBuffer(2)) });
    client.advertise({ topic: "/cmd", encoding: "json", schemaName: "x" });
    client.setParameters([{ name: "/x", value: 1 }]);
    client.getParameters([]);
    client.subscribeConnectionGraph();
    client.fetchAsset("package://x", 1);
    await until(() => statuses.length === 7);
    expect(statuses.every(({ level, message }) => level === 1 && message.includes("to watch only"))).to.equal(true);
    expect(rig.commands).to.deep.equal([]);
  });

  it("sees joint states in CDR, with the schema to read them", async () => {
    const { advertised, subscribe, until, of } = await rig.viewer();
    const channel = advertised.find(({ topic }) => topic === "/joint_states")!;
    expect(channel).to.include({ encoding: "cdr", schemaEncoding: "ros2msg", schemaName: "sensor_msgs/msg/JointState" });
    subscribe("/joint_states");
    await until(() => of("/joint_states").length > 0);
    const { data, timestamp } = of("/joint_states")[0]!;
    expect(decodeJointState(data)).to.deep.equal({
      name: sawyer.commanded,
      position: practising.arm!.position,
      velocity: [],
      effort: [],
    });
    const message = new MessageReader<{ header: { stamp: { sec: number; nanosec: number }; frame_id: string } }>(
      parse(channel.schema, { ros2: true }),
    ).readMessage(data);
    expect(message.header.frame_id).to.equal(sawyer.base);
    expect(BigInt(message.header.stamp.sec) * 1_000_000_000n + BigInt(message.header.stamp.nanosec)).to.equal(timestamp);
    expect(Math.abs(Number(timestamp / 1_000_000n) - Date.now())).to.be.below(60_000);
  });

  it("hears of everything there is to see", async () => {
    const viewer = await rig.viewer();
    const { reward: _, ...rest } = practising;
    for (const { topic } of viewer.advertised) viewer.subscribe(topic);
    rig.state$.next({
      ...rest,
      arm: { ...rest.arm!, commanded: rest.arm!.position },
      reward: { decoded: 0.5 },
      margins: [{ name: "tip speed", value: 0.1, limit: 0.25, unit: "m/s", used: 0.4 }],
      timing: { periodMs: 10, p99Ms: 11, maxMs: 12, lateShare: 0 },
      budgets: [{ name: "minutes", used: 1, limit: 120, unit: "min" }],
      belief: { mean: [0, 1], variance: [1, 1], kl: 0.2, episodes: 1 },
    });
    await viewer.until(() => viewer.advertised.every(({ topic }) => viewer.of(topic).length > 0));
    expect(viewer.errors).to.deep.equal([]);
    const { margins } = json<{ margins: object[] }>(viewer.of("/onarm/margins")[0]!.data);
    expect(margins[0]).to.include({ name: "tip speed", used: 0.4 });
    expect(Buffer.from(viewer.of("/robot_description")[0]!.data).toString()).to.include('<robot name="sawyer"');
  });

  it("hears nothing more of what it unsubscribed from", async () => {
    const viewer = await rig.viewer();
    const id = viewer.subscribe("/onarm/counters");
    await viewer.until(() => viewer.of("/onarm/counters").length > 0);
    viewer.client.unsubscribe(id);
    viewer.client.unsubscribe(id);
    await viewer.until(() => viewer.statuses.some(({ message }) => message === `there is no subscription ${id}`));
    const before = viewer.of("/onarm/counters").length;
    viewer.subscribe("/onarm/tip");
    await viewer.until(() => viewer.of("/onarm/tip").length > 0);
    rig.state$.next({ ...practising, counters: { ...practising.counters, steps: 9 } });
    await viewer.until(() => viewer.of("/onarm/tip").length > 1);
    expect(viewer.of("/onarm/counters").length).to.equal(before);
  });

  it("is one of at most 24 who watch, and leaves those who command their place and their link", async () => {
    const operator = new WebSocket(`ws://${rig.host}/ws?token=${tokens.operator}`, "onarm.v1");
    const stopped = once(operator, "open").then(() => operator.send('{"type":"stop"}'));
    const viewers = await Promise.all(Array.from({ length: 24 }, () => rig.viewer()));
    await stopped;
    expect(await rig.answerTo({})).to.equal(503);
    expect(await rig.answerTo({ protocol: "onarm.v1", path: `/ws?token=${tokens.operator}` })).to.equal("onarm.v1");
    const pong = new Promise<void>((resolve) =>
      operator.on("message", (data: Buffer) => data.toString().includes("pong") && resolve()),
    );
    operator.send('{"type":"ping","n":1}');
    await pong;
    expect(rig.commands).to.deep.equal(["stop"]);
    const left = firstValueFrom(rig.audit$);
    viewers[0]!.socket.terminate();
    expect(await left).to.match(/^viewer \d+ left$/);
    operator.terminate();
  });

  it("is told by its close code that the run has ended", async () => {
    const { closed } = await rig.viewer();
    await rig.server.close();
    expect(await closed).to.equal(1001);
    rig = await foxgloveRig();
  });
});
