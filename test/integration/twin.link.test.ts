import { connect, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { filter, firstValueFrom, lastValueFrom, retry, skip, take } from "rxjs";
import { spawnSubject } from "../../launch/subjectClient.ts";
import type { Subject } from "../../launch/subjectClient.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { monotonic } from "../../sim/pacedClock.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { PacedTwin, SpawnedTwin } from "../../sim/pacedTwin.ts";
import { spawnRelay } from "../../sim/relay.ts";
import type { Relay } from "../../sim/relay.ts";
import { createTwin } from "../../sim/twin.ts";
import type { Twin } from "../../sim/twin.ts";
import { WINDOW } from "../../sim/twinLink.ts";
import { serveTwin } from "../../sim/twinServer.ts";
import { lines } from "../../sim/wire.ts";
import type { ToTwin } from "../../sim/wire.ts";
import { seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";

const turning = (speed: number) => ({ kind: "velocity", value: [speed, 0, 0, 0, 0, 0, 0], period: seconds(0.01) }) as const;
const beats = (twin: PacedTwin, n: number) => firstValueFrom(twin.clock.beat$.pipe(skip(n - 1)));

describe("the twin's link", function () {
  this.timeout(60_000);

  describe("with a stalled process between twin and client", () => {
    let twin: Twin;
    let server: Awaited<ReturnType<typeof serveTwin>>;
    let relay: Relay;
    let client: PacedTwin;
    const followed: number[] = [];
    let ticking: NodeJS.Timeout;
    before(async () => {
      twin = await createTwin(sawyer, { timeout: 0.1, epoch: monotonic() });
      const send = twin.arm.send.bind(twin.arm);
      Object.assign(twin.arm, {
        send: (command: ReturnType<typeof turning>) => (followed.push(command.value[0]), send(command)),
      });
      server = await serveTwin(twin, { busy: () => {}, quiet: () => {} });
      ticking = setInterval(() => twin.tick(monotonic()), 10);
      relay = await spawnRelay(server.address);
      client = await connectTwin(relay.address);
    });
    after(async () => {
      await client.arm.close();
      await relay.end();
      clearInterval(ticking);
      server.close();
      await twin.arm.close();
    });

    it("lets a window of commands leave and no more; what waited is dropped, and the next one is followed", async () => {
      /** What the transport took of it: that command, or none. */
      const send = (speed: number) => lastValueFrom(client.arm.send(turning(speed)), { defaultValue: undefined });
      expect(await send(0.01)).to.deep.equal(turning(0.01));
      await firstValueFrom(twin.message$.pipe(filter(() => followed.length > 0)));
      await firstValueFrom(client.arm.state$);
      await firstValueFrom(client.arm.state$);
      process.kill(relay.pid, "SIGSTOP");
      const answers: ("under way" | "taken" | "let fall")[] = [];
      for (let i = 0; i < 30; i++) {
        answers.push("under way");
        client.arm.send(turning(0.5)).subscribe({
          next: () => void (answers[i] = "taken"),
          complete: () => void (answers[i] === "under way" && (answers[i] = "let fall")),
        });
        await beats(client, 1);
      }
      expect(answers.slice(0, WINDOW)).to.deep.equal(Array(WINDOW).fill("taken"));
      expect(answers.slice(WINDOW)).to.deep.equal(Array(30 - WINDOW).fill("under way"));
      expect(followed).to.deep.equal([0.01]);
      process.kill(relay.pid, "SIGCONT");
      // There is room again when the twin tells that it has read what waited; then it follows the first one that is young.
      while ((await send(0.02)) === undefined);
      expect(answers.slice(WINDOW)).to.deep.equal(Array(30 - WINDOW).fill("let fall"));
      await firstValueFrom(twin.message$.pipe(filter(() => followed.length > 1)));
      expect(followed).to.deep.equal([0.01, 0.02]);
    });
  });

  describe("to a process of its own", () => {
    let folder: string;
    let trace: string;
    let twin: SpawnedTwin;
    const points = () =>
      readFileSync(trace, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((text) => JSON.parse(text) as { t: number; heard: number; mode: string; q: number[] });
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "onarm-link-"));
      trace = join(folder, "trace.jsonl");
      twin = await spawnTwin(sawyer, { timeout: 0.1, trace });
    });
    afterEach(async () => {
      await twin.end();
      rmSync(folder, { recursive: true });
    });

    it("follows nothing that was sent while the twin itself stood still", async () => {
      await firstValueFrom(twin.arm.state$);
      let [sent, taken] = [0, 0];
      const sending = twin.clock.beat$.subscribe(() => {
        sent++;
        twin.arm.send(turning(0.3)).subscribe(() => void taken++);
      });
      await beats(twin, 20);
      process.kill(twin.pid, "SIGSTOP");
      const from = monotonic();
      await beats(twin, 30);
      sending.unsubscribe();
      const until = monotonic();
      process.kill(twin.pid, "SIGCONT");
      await firstValueFrom(
        twin.arm.state$.pipe(
          filter(({ at }) => at > until),
          skip(20),
        ),
      );
      expect(sent - taken).to.be.at.least(30 - WINDOW - 1);
      const heard = points().map((point) => point.heard);
      expect(heard.some((at) => at <= from)).to.equal(true);
      expect(heard.filter((at) => at > from)).to.deep.equal([]);
      expect(points().at(-1)!.mode).to.equal("hold");
    });

    it("tells when the arm took the command it follows: lately while commands come, long ago when they do not", async () => {
      const sending = twin.clock.beat$.subscribe(() => void twin.arm.send(turning(0)).subscribe());
      const fresh = await firstValueFrom(twin.arm.state$.pipe(filter(({ heard }) => heard! > monotonic() - 0.05)));
      expect(fresh.heard).to.be.at.most(fresh.at);
      sending.unsubscribe();
      const { heard } = await lastValueFrom(twin.arm.state$.pipe(skip(5), take(20)));
      const later = await lastValueFrom(twin.arm.state$.pipe(skip(5), take(5)));
      expect(later.heard).to.equal(heard);
    });

    it("has hands, a button and a cuff in the twin's world, and no command moves an arm whose cuff is squeezed", async () => {
      await twin.world.squeezeCuff(true);
      expect((await firstValueFrom(twin.arm.status$)).cuff).to.equal(true);
      const before = (await firstValueFrom(twin.arm.state$)).position[0]!;
      const sending = twin.clock.beat$.subscribe(() => void twin.arm.send(turning(0.3)).subscribe({ error: () => {} }));
      const after = (await lastValueFrom(twin.arm.state$.pipe(take(20)))).position[0]!;
      sending.unsubscribe();
      expect(Math.abs(after - before)).to.be.lessThan(1e-3);
      await twin.world.push([5, 0, 0, 0, 0, 0, 0]);
      expect((await lastValueFrom(twin.arm.state$.pipe(take(20)))).position[0]! - after).to.be.greaterThan(0.01);
      await twin.world.push(Array<number>(7).fill(0));
      await twin.world.squeezeCuff(false);
      await twin.world.pressStop();
      expect(await outcome(twin.arm.reset())).to.equal("arm.refused");
      await twin.world.releaseStop();
      await twin.arm.reset();
      expect(await firstValueFrom(twin.arm.status$)).to.include({ stopped: false, enabled: false, cuff: false });
    });
    it("ends with the fault when the physics is poisoned", async () => {
      const fault = new Promise<string>((tell) =>
        twin.arm.state$.subscribe({ error: ({ code }: { code: string }) => tell(code) }),
      );
      await twin.world.poison();
      expect(await fault).to.equal("physics.invalid");
    });

    describe("that may be lost", () => {
      let relay: Relay;
      let client: PacedTwin;
      beforeEach(async () => {
        relay = await spawnRelay(twin.address);
        client = await connectTwin(relay.address, { reconnect: true });
      });
      afterEach(async () => {
        await client.arm.close();
        await relay.end();
      });

      it("ends its streams, refuses commands, and is there again for who asks anew; what the arm was it still is", async () => {
        const ended = new Promise<string>((tell) =>
          client.arm.state$.subscribe({ error: ({ code }: { code: string }) => tell(code) }),
        );
        const port = Number(relay.address.split(":")[1]);
        await relay.kill();
        expect(await ended).to.equal("link.lost");
        expect(await outcome(firstValueFrom(client.arm.status$))).to.equal("link.lost");
        expect(await outcome(lastValueFrom(client.arm.send(turning(0))))).to.equal("link.lost");
        expect(await outcome(client.arm.halt())).to.equal("link.lost");
        await twin.arm.halt();

        relay = await spawnRelay(twin.address, port);
        const state = await firstValueFrom(client.arm.state$.pipe(retry({ delay: () => client.clock.beat$ })));
        expect(state.position).to.have.length(7);
        expect(await firstValueFrom(client.arm.status$)).to.include({ stopped: true, enabled: false });
        await beats(client, 5);
        expect(await firstValueFrom(twin.arm.status$)).to.include({ stopped: true, enabled: false });
        await client.arm.reset();
        await client.arm.enable();
        expect(await outcome(lastValueFrom(client.arm.send(turning(0))))).to.equal("accepted");
      });
      it("stays closed once it is closed", async () => {
        await client.arm.close();
        await beats(twin, 20);
        expect(await outcome(lastValueFrom(client.arm.send(turning(0))))).to.equal("link.lost");
      });
    });

    describe("whose client is stalled", () => {
      let tap: Server;
      let subject: Subject;
      const seen: number[] = [];
      beforeEach(async () => {
        seen.length = 0;
        tap = createServer((near) => {
          const [host, port] = twin.address.split(":");
          const far = connect({ host: host!, port: Number(port) });
          const read = lines<ToTwin>((message) => void (message.op === "send" && seen.push(message.at)));
          near.on("data", (chunk) => read(String(chunk)));
          near.pipe(far).pipe(near);
          for (const end of [near, far]) end.on("error", () => {});
        });
        await new Promise<void>((ready) => tap.listen(0, "127.0.0.1", ready));
        subject = spawnSubject({ address: `127.0.0.1:${(tap.address() as AddressInfo).port}`, does: "posture" });
        await subject.moving();
      });
      afterEach(async () => {
        await subject.signal("SIGKILL");
        tap.close();
      });

      it("gets nothing from it meanwhile, and no backlog afterwards: the first command is as young as any", async () => {
        process.kill(subject.pid, "SIGSTOP");
        await beats(twin, 5);
        const [before, from] = [seen.length, monotonic()];
        await beats(twin, 30);
        expect(seen).to.have.length(before);
        const until = monotonic();
        expect(until).to.be.greaterThan(from);
        process.kill(subject.pid, "SIGCONT");
        await beats(twin, 30);
        const late = seen.slice(before);
        for (const at of late) expect(at).to.be.greaterThan(until);
        // One a period at most, however many periods went by.
        const over = monotonic() - until;
        expect(late.length).to.be.at.most(Math.ceil(over / 0.01) + 1);
        for (let i = 3; i < late.length; i++) expect(late[i]! - late[i - 3]!).to.be.greaterThan(0.01);
      });
    });
  });
});
