import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { BehaviorSubject } from "rxjs";
import { WebSocket } from "ws";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { monotonic } from "../../../sim/pacedClock.ts";
import type { OperatorCommand, PageState, ServerMessage } from "../../../src/operator/protocol.ts";
import { serveOperator } from "../../../src/operator/server.ts";
import { seconds } from "../../../src/domain/units.ts";
import { openRunPage } from "../../runPage.ts";
import { undriven } from "../../running/undriven.ts";
import { fastest, inMotion, MOVING } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { becomes, rests, worded } from "../reactions.ts";
import { that, within } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";

const trial = (boundMs: number | null, run: Trial["run"]): Trial => ({ boundMs, harmless: true, lockstep: false, run });

/** What operators and those who are none do to the page's server, over real sockets. */
export const operator: Readonly<Record<string, Trial>> = {
  O1: trial(null, () => served(strangers)),
  O2: trial(1000, () => served(hostile)),
  O3: trial(null, () => served(two)),
  O4: trial(300, (context) => inMotion(context, {}, (bench) => letGo(bench, context))),
  O5: trial(null, () => served(slow)),
};

const token = "the-token-of-this-drill";
const nothing: PageState = {
  at: seconds(0),
  mode: "idle",
  reason: "a drill",
  stages: [],
  scene: { marks: [] },
  series: [],
  counters: { steps: 0, updates: 0, stops: 0, clamps: 0 },
  accepts: [],
};

interface Server {
  readonly state$: BehaviorSubject<PageState>;
  readonly commands: readonly OperatorCommand["kind"][];
  /** Who did what. */
  readonly audit: readonly string[];
  link(opening?: { readonly path?: string; readonly headers?: Record<string, string> }): WebSocket;
}

async function served(act: (server: Server) => Promise<Seen[]>): Promise<Seen[]> {
  const state$ = new BehaviorSubject<PageState>(nothing);
  const commands: OperatorCommand["kind"][] = [];
  const audit: string[] = [];
  const server = await serveOperator({
    port: 0,
    token,
    description: sawyer,
    state$,
    onCommand: ({ kind }) => commands.push(kind),
    onAudit: ({ what }) => audit.push(what),
    say: () => {},
  });
  const { host } = new URL(server.url);
  try {
    return await act({
      state$,
      commands,
      audit,
      link: ({ path = `/ws?token=${token}`, headers = {} } = {}) =>
        new WebSocket(`ws://${host}${path}`, "onarm.v1", { headers }).on("error", () => {}),
    });
  } finally {
    await server.close();
  }
}

/** How an upgrade is answered: an HTTP status, 101 when it is let in. */
const statusOf = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.on("open", () => (socket.terminate(), resolve(101)));
    socket.on("unexpected-response", (_, response) => (response.resume(), socket.terminate(), resolve(response.statusCode!)));
  });

async function strangers({ link }: Server): Promise<Seen[]> {
  const openings = [
    ["no token", { path: "/ws" }, 401],
    ["a wrong token", { path: "/ws?token=wrong" }, 401],
    ["a foreign origin", { headers: { origin: "http://evil.example" } }, 403],
    ["the right token", {}, 101],
  ] as const;
  const answered: Seen[] = [];
  for (const [what, opening, wanted] of openings) {
    const status = await statusOf(link(opening));
    answered.push(that(`${what}: ${wanted}`, status === wanted, String(status)));
  }
  return answered;
}

const FLOOD = 10_000;
const abuses: readonly (readonly [what: string, code: number, send: (socket: WebSocket) => void])[] = [
  ["oversized", 1009, (socket) => socket.send("x".repeat(5000))],
  ["binary", 1003, (socket) => socket.send(Buffer.from('{"type":"hold"}'))],
  ["malformed", 1007, (socket) => socket.send("hello")],
  ["deeply nested", 1007, (socket) => socket.send("[".repeat(4000))],
  [`${FLOOD} frames`, 1008, (socket) => Array.from({ length: FLOOD }, () => socket.send('{"type":"ping","n":1}'))],
];

/** Asks and is answered. */
const answers = (socket: WebSocket): Promise<boolean> => {
  const pong = new Promise<boolean>((resolve) =>
    socket.on("message", (data) => (JSON.parse(String(data)) as ServerMessage).type === "pong" && resolve(true)),
  );
  socket.send('{"type":"ping","n":7}');
  return Promise.race([pong, pause(2000).then(() => false)]);
};

async function hostile({ link, commands }: Server): Promise<Seen[]> {
  const good = link();
  await once(good, "open");
  const closed: Seen[] = [];
  for (const [what, wanted, send] of abuses) {
    const bad = link();
    await once(bad, "open");
    const at = performance.now();
    const gone = once(bad, "close").then(([code]) => code as number);
    send(bad);
    const code = await gone;
    const took = within(
      `${what}: closed with ${wanted}`,
      performance.now() - at,
      1000,
      code === wanted ? undefined : `with ${code}`,
    );
    closed.push({ ...took, ok: took.ok && code === wanted });
  }
  const flooding = link();
  await once(flooding, "open");
  const over = once(flooding, "close");
  for (let k = 0; k < 500; k++) flooding.send('{"type":"ping","n":1}');
  flooding.send('{"type":"stop"}');
  await over;
  const unaffected = await answers(good);
  good.terminate();
  return [
    ...closed,
    that("a stop amid a flood is taken", commands.length === 1 && commands[0] === "stop", commands.join()),
    that("others unaffected", unaffected, "they are not answered"),
  ];
}

/** Characters of a snapshot, ten of which go out a second. */
const LARGE = 2_000_000;
/** Bytes in use while one client does not read: a few snapshots on their way to the others, and not those of ten seconds. */
const KEPT = 96 * 2 ** 20;

async function slow({ link, state$ }: Server): Promise<Seen[]> {
  const [good, bad] = [link(), link()];
  await Promise.all([once(good, "open"), once(bad, "open")]);
  let heard = 0;
  good.on("message", () => heard++);
  const gone = once(bad, "close");
  bad.pause();
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  const at = performance.now();
  let most = 0;
  const feed = setInterval(() => {
    state$.next({ ...nothing, at: seconds(monotonic()), reason: `${performance.now()} ${"x".repeat(LARGE)}` });
    most = Math.max(most, process.memoryUsage().arrayBuffers + process.memoryUsage().external - before);
  }, 50);
  // Cut off by the server, a client that has stopped reading learns of it when it reads again.
  await pause(7500);
  bad.resume();
  const cut = await Promise.race([gone.then(() => performance.now() - at), pause(3000).then(() => NaN)]);
  clearInterval(feed);
  good.terminate();
  bad.terminate();
  return [
    that("snapshots dropped, then closed", Number.isFinite(cut), "it is still there"),
    that("memory bounded", most < KEPT, `${Math.round(most / 2 ** 20)} MiB`),
    that(`others served: ${heard} messages`, heard > 30, `${heard} messages`),
  ];
}

/** What a client has been told since it came. */
function listening(socket: WebSocket): ServerMessage[] {
  const heard: ServerMessage[] = [];
  socket.on("message", (data) => heard.push(JSON.parse(String(data)) as ServerMessage));
  return heard;
}

async function two({ link, commands, audit }: Server): Promise<Seen[]> {
  const [first, second] = [link(), link()];
  const heard = [listening(first), listening(second)] as const;
  await Promise.all([once(first, "open"), once(second, "open")]);
  const say = async (socket: WebSocket, type: string) => {
    socket.send(JSON.stringify({ type }));
    await answers(socket);
  };
  const refusals = (who: 0 | 1) => heard[who].filter((message) => message.type === "refused").length;
  await say(first, "hold");
  await say(second, "resume");
  const one = commands.join() === "hold" && refusals(1) === 1 && refusals(0) === 0;
  await say(second, "stop");
  const stop = commands.at(-1) === "stop";
  await say(second, "lease");
  await say(second, "resume");
  await say(first, "hold");
  const over = commands.at(-1) === "resume" && refusals(0) === 1;
  const logged = audit.some((line) => line.startsWith("took control from"));
  first.terminate();
  second.terminate();
  return [
    that("one write lease: the other is refused, and told so", one, commands.join()),
    that("a stop is taken from anybody", stop, commands.join()),
    that("take-over is explicit", over, commands.join()),
    that("and logged", logged, audit.join("; ")),
  ];
}

/** ms between two words of a held button, as the page sends them. */
const HOLD_EVERY = 80;

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A person drives the arm with a button held on a page, and the page's link drops. */
async function letGo(bench: Bench, { rng }: DrillContext): Promise<Seen[]> {
  const { controller } = bench;
  bench.drive(undefined);
  controller.event({ on: "finish" });
  await bench.beats(50);
  const port = await freePort();
  const page = await openRunPage({ port, token }, undriven(bench, tmpdir()));
  try {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?token=${token}`, "onarm.v1").on("error", () => {});
    await once(socket, "open");
    const held = setInterval(() => socket.send('{"type":"jog","linear":[0,0,0.08]}'), HOLD_EVERY);
    const drives = await bench.until(() => controller.mode().is === "manual" && fastest(bench) > MOVING, 3);
    await pause(rng.between(100, 400));
    clearInterval(held);
    socket.terminate();
    const at = bench.clock.now();
    if (!drives) return [that("a person drives by hand", false, worded(controller.mode()))];
    const rest = await becomes(bench, at, "the arm is let go, idle", ({ is }) => is === "idle", 300);
    return [that("a person drives by hand", true), rest, await rests(bench, at)];
  } finally {
    await page.close();
  }
}
