import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { BehaviorSubject, Subject } from "rxjs";
import { WebSocket } from "ws";
import { sawyer } from "../../robot/description/sawyer.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { serveOperator, type OperatorServer } from "../../src/operator/server.ts";
import type { PageState, ServerMessage } from "../../src/operator/protocol.ts";
import { empty, practising } from "../support/pageStates.ts";

const token = "a-token-of-this-test";
let server: OperatorServer;
let base: URL;
let said: string[] = [];
let commands: string[] = [];
const state$ = new BehaviorSubject<PageState>(empty);

beforeEach(async () => {
  said = [];
  commands = [];
  state$.next(empty);
  server = await serveOperator({
    port: 0,
    token,
    description: sawyer,
    state$,
    onCommand: ({ kind }) => commands.push(kind),
    say: (line) => said.push(line),
  });
  base = new URL(server.url);
});
afterEach(async () => await server.close());

interface Opening {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
}
const open = ({ path = `/ws?token=${token}`, headers = {}, protocol = "onarm.v1" }: Opening = {}) =>
  new WebSocket(`ws://${base.host}${path}`, protocol, { headers });

/** The HTTP status an upgrade is answered with; 101 when it is let in. */
async function statusOf(opening: Opening): Promise<number> {
  const socket = open(opening);
  socket.on("error", () => {});
  return await new Promise((resolve) => {
    socket.on("open", () => (socket.terminate(), resolve(101)));
    socket.on("unexpected-response", (_, response) => (response.resume(), socket.terminate(), resolve(response.statusCode!)));
  });
}

/** Opens a link; `heard` collects its messages, `closed` resolves with its close code. */
async function linked() {
  const socket = open();
  const heard: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data) => {
    heard.push(JSON.parse(String(data)) as ServerMessage);
    for (const look of waiting) look();
  });
  const closed = once(socket, "close").then(([code]) => code as number);
  const until = (wanted: (message: ServerMessage) => boolean) =>
    new Promise<ServerMessage>((resolve) => {
      const look = () => {
        const found = heard.find(wanted);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  await once(socket, "open");
  return { socket, heard, closed, until };
}

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const asked = request({ host: base.hostname, port: base.port, path, headers, method });
  asked.end();
  const [response] = await once(asked, "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode as number, headers: response.headers as Record<string, string>, body };
}

describe("the operator's link", () => {
  it("tells its address with the token once", () => {
    expect(said).to.deep.equal([`the page: http://${base.host}/?token=${token}`]);
  });

  it("makes a random token where none is given, and another one each time", async () => {
    const others = await Promise.all(
      [1, 2].map(() => serveOperator({ port: 0, description: sawyer, state$, onCommand: () => {}, say: () => {} })),
    );
    expect(others[0]!.token).to.match(/^[\w-]{32}$/);
    expect(others[0]!.token).to.not.equal(others[1]!.token);
    await Promise.all(others.map((other) => other.close()));
  });

  it("refuses a port that is taken, and an empty token, with the remedy", async () => {
    for (const wrong of [{ port: Number(base.port) }, { port: 0, token: " " }]) {
      const error: unknown = await serveOperator({
        description: sawyer,
        state$,
        onCommand: () => {},
        say: () => {},
        ...wrong,
      }).catch((e: unknown) => e);
      expect(isOnarmError(error) && error.code).to.equal("usage.invalid");
      expect(String(error)).to.match(/choose another|leave it out/);
    }
  });

  // Fault O1.
  it("refuses at the upgrade: no token, a wrong one, a foreign origin, another path or protocol", async () => {
    expect(await statusOf({ path: "/ws" })).to.equal(401);
    expect(await statusOf({ path: "/ws?token=wrong" })).to.equal(401);
    expect(await statusOf({ headers: { origin: "http://evil.example" } })).to.equal(403);
    expect(await statusOf({ path: `/other?token=${token}` })).to.equal(404);
    expect(await statusOf({ protocol: "chat" })).to.equal(400);
    expect(await statusOf({ path: "/ws", headers: { authorization: `Bearer ${token}` } })).to.equal(101);
    expect(await statusOf({ headers: { origin: base.origin } })).to.equal(101);
  });

  it("speaks onarm.v1: hello, the latest snapshot without its curves, the curves, and life signs when nothing is new", async () => {
    state$.next(practising);
    const { socket, heard, until } = await linked();
    expect(socket.protocol).to.equal("onarm.v1");
    expect(await until((message) => message.type === "hello")).to.deep.equal({ type: "hello", protocol: "onarm.v1" });
    const { series, ...rest } = practising;
    expect(await until((message) => message.type === "state")).to.deep.equal({ type: "state", state: rest });
    expect(await until((message) => message.type === "series")).to.deep.equal({ type: "series", series });
    await until((message) => message.type === "alive");
    expect(heard.filter((message) => message.type === "state")).to.have.length(1);
  });

  it("sends the newest snapshot of a burst, not every one", async () => {
    const { heard, until } = await linked();
    for (let i = 1; i <= 1000; i++) state$.next({ ...empty, counters: { ...empty.counters, steps: i } });
    await until((message) => message.type === "state" && message.state.counters.steps === 1000);
    expect(heard.filter((message) => message.type === "state").length).to.be.lessThan(10);
  });

  it("hands on each command, and answers a ping", async () => {
    const { socket, until } = await linked();
    for (const type of ["hold", "resume", "stop", "reset", "enable", "start"]) socket.send(JSON.stringify({ type }));
    socket.send('{"type":"ping","n":7}');
    await until((message) => message.type === "pong" && message.n === 7);
    expect(commands).to.deep.equal(["hold", "resume", "stop", "reset", "enable", "start"]);
  });

  it("outlives a source of snapshots that fails", async () => {
    const failing$ = new Subject<PageState>();
    const other = await serveOperator({
      port: 0,
      token,
      description: sawyer,
      state$: failing$,
      onCommand: () => {},
      say: () => {},
    });
    failing$.error(new Error("gone"));
    expect((await fetch(new URL("/", other.url))).status).to.equal(200);
    await other.close();
  });

  it("says 1001 to everyone when the run ends", async () => {
    const { closed } = await linked();
    await server.close();
    expect(await closed).to.equal(1001);
  });
});

// Fault O2: that client alone is closed, with the code that says why.
describe("a hostile client", () => {
  const abuses: readonly (readonly [title: string, code: number, send: (socket: WebSocket) => void])[] = [
    ["a frame over the limit", 1009, (socket) => socket.send("x".repeat(5000))],
    ["a binary frame", 1003, (socket) => socket.send(Buffer.from('{"type":"hold"}'))],
    ["text that is no JSON", 1007, (socket) => socket.send("hello")],
    ["JSON that is no message", 1007, (socket) => socket.send('{"type":"fly"}')],
    ["nesting as deep as a frame holds", 1007, (socket) => socket.send("[".repeat(4000))],
    ["text that is no UTF-8", 1007, (socket) => socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false })],
    ["10,000 frames at once", 1008, (socket) => Array.from({ length: 10_000 }, () => socket.send('{"type":"ping","n":1}'))],
  ];
  for (const [title, code, send] of abuses)
    it(`is closed with ${code} for ${title}, and others are unaffected`, async () => {
      const good = await linked();
      const bad = await linked();
      send(bad.socket);
      expect(await bad.closed).to.equal(code);
      good.socket.send('{"type":"ping","n":1}');
      await good.until((message) => message.type === "pong");
      expect(commands).to.deep.equal([]);
    });

  it("still stops the arm amid its own flood: stop is never rate-limited", async () => {
    const { socket, closed } = await linked();
    for (let i = 0; i < 500; i++) socket.send('{"type":"ping","n":1}');
    socket.send('{"type":"stop"}');
    expect(await closed).to.equal(1008);
    expect(commands).to.deep.equal(["stop"]);
  });

  it("may send stop as often as it likes", async () => {
    const { socket, until } = await linked();
    for (let i = 0; i < 500; i++) socket.send('{"type":"stop"}');
    socket.send('{"type":"ping","n":2}');
    await until((message) => message.type === "pong");
    expect(commands).to.have.length(500);
  });

  it("that sends no valid HTTP, or an upgrade of rubbish, is dropped and nothing else happens", async () => {
    for (const text of [
      "\0\0\0\0\r\n\r\n",
      "GET //\\ HTTP/1.1\r\nHost: ]\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ]) {
      const socket = connect(Number(base.port), base.hostname);
      socket.on("error", () => {});
      socket.resume();
      socket.write(text);
      await once(socket, "close");
    }
    expect((await get("/")).status).to.equal(200);
  });

  it("is refused with 503 when there are too many", async () => {
    const many = await Promise.all(Array.from({ length: 32 }, () => linked()));
    expect(await statusOf({})).to.equal(503);
    many[0]!.socket.terminate();
    await many[0]!.closed;
  });
});

describe("the page's files", () => {
  it("are served with headers that keep the token in and foreign code out", async () => {
    const { status, headers, body } = await get("/?token=x");
    expect(status).to.equal(200);
    expect(headers["content-security-policy"]).to.include("default-src 'self'").and.include("frame-ancestors 'none'");
    expect(headers["referrer-policy"]).to.equal("no-referrer");
    expect(headers["cache-control"]).to.equal("no-store");
    expect(body).to.include("safety-rated stop").and.not.include(token);
  });

  it("include the arm's description", async () => {
    const { headers, body } = await get("/description.json");
    expect(headers["content-type"]).to.include("application/json");
    expect(JSON.parse(body)).to.deep.equal(JSON.parse(JSON.stringify(sawyer)));
  });

  it("are a fixed list: no path leads anywhere else", async () => {
    for (const path of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/page/../server.ts",
      "/constructor",
      "/__proto__",
      "/ws",
      "//",
    ])
      expect((await get(path)).status, path).to.equal(404);
  });

  it("are read only, and only by a name of this machine", async () => {
    expect((await get("/", {}, "POST")).status).to.equal(405);
    expect((await get("/", {}, "HEAD")).body).to.equal("");
    expect((await get("/", { host: "evil.example" })).status).to.equal(403);
  });
});
