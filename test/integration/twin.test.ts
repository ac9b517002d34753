import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { firstValueFrom, skip } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { PacedTwin, SpawnedTwin } from "../../sim/pacedTwin.ts";
import type { TracePoint } from "../../sim/twin.ts";
import { seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";

const read = (file: string) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as TracePoint);
const gone = async (address: string) => {
  for (let tries = 0; tries < 20; tries++) {
    await new Promise((later) => setTimeout(later, 600)); // longer than the twin lingers, or asking would keep it
    if ((await outcome(connectTwin(address).then(({ arm }) => arm.close()))) === "link.lost") return true;
  }
  return false;
};

describe("the paced twin", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "onarm-twin-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Kills a controller in motion and returns what the arm did from the last command on. */
  const killed = async (kind: string): Promise<TracePoint[]> => {
    const trace = join(folder, "trace.jsonl");
    const fixture = fileURLToPath(new URL("./twin.controller.ts", import.meta.url));
    const controller = spawn(process.execPath, ["--import", "tsx", fixture, kind, trace], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(createInterface(controller.stdout), "line")) as [string];
    const { address } = JSON.parse(said) as { address: string };
    const watcher = await connectTwin(address);
    controller.kill("SIGKILL");
    await once(controller, "exit");
    let n = 0;
    watcher.arm.state$.subscribe(() => n++);
    await watcher.clock.run(() => n >= 80);
    await watcher.arm.close();
    expect(await gone(address), "the twin ended by itself").to.equal(true);
    const points = read(trace);
    const last = points.at(-1)!;
    return points.filter(({ t }) => t >= last.heard);
  };
  const travel = (points: TracePoint[]) => Math.max(...points.map(({ q }) => Math.abs(q[0]! - points[0]!.q[0]!)));
  const atRest = (points: TracePoint[]) => expect(Math.abs(points.at(-1)!.dq[0]!)).to.be.lessThan(0.001);

  it("outlives a controller killed while it sends velocities: at rest within speed x time-out, judged by the twin's own trace", async () => {
    const points = await killed("velocity");
    expect(points[0]!.dq[0], "it was moving").to.be.greaterThan(0.2);
    expect(travel(points)).to.be.within(0.02, 0.3 * 0.1 + 0.01);
    expect(points.at(-1)!.mode).to.equal("hold");
    atRest(points);
  });
  it("outlives a controller killed while it sends positions: the arm goes on to the last one and no further", async () => {
    const points = await killed("position");
    expect(points[0]!.dq[0], "it was moving").to.be.greaterThan(0.2);
    expect(travel(points)).to.be.within(0.01, 0.025);
    expect(points.at(-1)!.mode).to.equal("position");
    atRest(points);
  });

  describe("as a process", () => {
    let twin: SpawnedTwin;
    let trace: string;
    beforeEach(async () => {
      trace = join(folder, "trace.jsonl");
      twin = await spawnTwin(sawyer, { trace });
    });
    afterEach(() => twin.end());
    const states = (link: PacedTwin, n: number) => firstValueFrom(link.arm.state$.pipe(skip(n - 1)));

    it("lets a second link stop what the first one moves", async () => {
      const watchdog = await connectTwin(twin.address);
      twin.clock.beat$.subscribe(() => {
        twin.arm.send({ kind: "velocity", value: [0.3, 0, 0, 0, 0, 0, 0], period: seconds(0.01) }).subscribe();
      });
      await states(twin, 20);
      await watchdog.arm.halt();
      expect((await firstValueFrom(watchdog.arm.status$)).stopped).to.equal(true);
      const first = await states(twin, 20);
      const then = await states(twin, 20);
      expect(Math.abs(then.position[0]! - first.position[0]!)).to.be.lessThan(1e-3);
      await watchdog.arm.close();
    });
    it("puts out a client that speaks something else, and goes on for the others", async () => {
      const [host, port] = twin.address.split(":");
      const stranger = connect(Number(port), host);
      stranger.on("error", () => {});
      stranger.write("GET / HTTP/1.1\r\n\r\n");
      stranger.resume();
      await once(stranger, "close");
      expect((await states(twin, 3)).position).to.have.length(7);
    });
    it("takes no harm from deeds it does not know and commands that are none", async () => {
      const [host, port] = twin.address.split(":");
      const odd = connect(Number(port), host);
      odd.write(
        `{"op":"dance","id":1}\n{"op":"send"}\n{"op":"send","command":{"kind":"velocity","value":[null]}}\n{"op":"arrange","id":2}\n7\nnull\n`,
      );
      odd.end();
      odd.resume();
      await once(odd, "close");
      expect((await states(twin, 3)).position.every(Number.isFinite)).to.equal(true);
    });
    it("is told at once that its link is lost when the twin dies, and does not wait for answers", async () => {
      const fault = new Promise((tell) => twin.arm.state$.subscribe({ error: (error: { code: string }) => tell(error.code) }));
      process.kill(twin.pid, "SIGKILL");
      expect(await fault).to.equal("link.lost");
      expect(await outcome(twin.arm.halt())).to.equal("link.lost");
      expect(
        await outcome(firstValueFrom(twin.arm.send({ kind: "velocity", value: Array(7).fill(0), period: seconds(0.01) }))),
      ).to.equal("link.lost");
    });
    it("keeps a whole line for every period it lived, to the end", async () => {
      await states(twin, 30);
      await twin.end();
      const points = read(trace);
      expect(points.length).to.be.at.least(30);
      for (const point of points) expect(point).to.have.all.keys("t", "q", "dq", "tip", "mode", "heard");
      for (let i = 1; i < points.length; i++) expect(points[i]!.t).to.be.greaterThan(points[i - 1]!.t);
    });
  });

  it("says what is wrong with its options instead of starting", async () =>
    expect(await outcome(spawnTwin(sawyer, { timeout: 5 }))).to.equal("config.invalid"));
  it("says that nobody answers where no twin is", async () =>
    expect(await outcome(connectTwin("127.0.0.1:9"))).to.equal("link.lost"));
});
