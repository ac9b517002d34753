import { expect } from "chai";
import { filter, firstValueFrom, lastValueFrom, map, skip, take, toArray } from "rxjs";
import { spawnSubject } from "../../launch/subjectClient.ts";
import type { Subject } from "../../launch/subjectClient.ts";
import type { SubjectJob, SubjectSaid } from "../../launch/subjectJob.ts";
import { openWatchdog } from "../../launch/watchdog.ts";
import type { Watchdog } from "../../launch/watchdog.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { monotonic } from "../../sim/pacedClock.ts";
import { spawnTwin } from "../../sim/pacedTwin.ts";
import type { SpawnedTwin } from "../../sim/pacedTwin.ts";
import { spawnRelay } from "../../sim/relay.ts";
import { seconds } from "../../src/domain/units.ts";
import { needsSocat, openPty } from "../support/pty.ts";
import type { Pty } from "../support/pty.ts";
import { stopBoxDevice } from "../support/stopBoxDevice.ts";
import type { StopBoxDevice } from "../support/stopBoxDevice.ts";
import { outcome } from "../contract/arm.contract.ts";

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("the watchdog", function () {
  this.timeout(60_000);
  let twin: SpawnedTwin;
  before(async () => void (twin = await spawnTwin(sawyer, { timeout: 0.1 })));
  after(() => twin.end());
  // The test before may have left it stopped and sagged: a person sees to that.
  beforeEach(async () => {
    if ((await status()).stopped) await twin.arm.reset();
    await twin.world.setJoints(sawyer.poses.neutral!);
    await twin.arm.enable();
  });
  const stopped = (is = true) => firstValueFrom(twin.arm.status$.pipe(filter((status) => status.stopped === is)));
  const beats = (n: number) => firstValueFrom(twin.clock.beat$.pipe(skip(n - 1)));
  const status = () => firstValueFrom(twin.arm.status$);

  describe("of a control process", () => {
    let control: Subject;
    const begin = async (does: SubjectJob["does"]) => {
      control = spawnSubject({ address: twin.address, does, watchdog: twin.address });
      const ready = firstValueFrom(
        control.said$.pipe(filter((said): said is Extract<SubjectSaid, { ready: true }> => "ready" in said)),
      );
      if (does !== "rest") await control.moving();
      return (await ready).watchdog!;
    };
    afterEach(() => control.signal("SIGKILL"));

    it("stops the arm over its own link while control hangs, tells it why when it is back, and leaves it stopped", async () => {
      const watchdog = await begin("twist");
      process.kill(control.pid, "SIGSTOP");
      await stopped();
      process.kill(control.pid, "SIGCONT");
      const told = await firstValueFrom(control.said$.pipe(filter((said) => "watchdog" in said && "at" in said)));
      expect(told).to.have.nested.property("watchdog.cause", "control.stalled");
      const mode = await firstValueFrom(
        control.said$.pipe(
          map((said) => ("mode" in said ? said.mode : undefined)),
          filter((it) => it?.is === "stopped"),
        ),
      );
      expect(mode).to.have.property("cause").that.is.oneOf(["control.stalled", "arm.stopped"]);
      await beats(30);
      expect(await status()).to.include({ stopped: true, enabled: false });
      expect(alive(watchdog)).to.equal(true);
    });
    for (const does of ["twist", "positions"] as const)
      it(`stops the arm when control is killed while it sends ${does === "twist" ? "velocities" : "positions"}, and is gone soon after`, async () => {
        const watchdog = await begin(does);
        await control.signal("SIGKILL");
        await stopped();
        while (alive(watchdog)) await beats(5);
      });
    it("leaves an arm alone whose control is killed while it only holds, and is gone all the same", async () => {
      const watchdog = await begin("rest");
      await control.signal("SIGKILL");
      while (alive(watchdog)) await beats(5);
      expect(await status()).to.include({ stopped: false, enabled: true });
    });
    it("is let go when control ends in order: the arm is at rest and not stopped", async () => {
      const watchdog = await begin("twist");
      expect(await control.signal("SIGTERM")).to.equal(0);
      expect(alive(watchdog)).to.equal(false);
      expect(await status()).to.include({ stopped: false, enabled: true });
    });
  });

  describe("by itself", () => {
    let dog: Watchdog;
    afterEach(() => dog.close());
    const open = async (address = twin.address) => (dog = await openWatchdog({ arm: address }));
    const event = () => firstValueFrom(dog.event$.pipe(map(({ cause }) => cause)));

    it("wants no beats before the first one, nor while nobody drives", async () => {
      await open();
      await beats(20);
      dog.beat(monotonic(), false);
      await beats(20);
      expect(await status()).to.include({ stopped: false });
    });
    it("goes on watching through Ctrl-C, a hang-up and a request to end: those are for control", async () => {
      await open();
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(dog.pid, signal);
      await beats(5);
      const cause = event();
      dog.beat(monotonic(), true);
      expect(await cause).to.equal("control.stalled");
      await stopped();
    });
    it("judges a beat by when it was given, not by when it came", async () => {
      await open();
      const cause = event();
      const old = monotonic() - 1;
      const beating = twin.clock.beat$.subscribe(() => dog.beat(seconds(old), true));
      expect(await cause).to.equal("control.stalled");
      beating.unsubscribe();
    });
    it("does not take its own stall for control's: beats that waited for it are read first", async () => {
      await open();
      const causes: string[] = [];
      dog.event$.subscribe(({ cause }) => causes.push(cause));
      const beating = twin.clock.beat$.subscribe((at) => dog.beat(at, true));
      await beats(10);
      process.kill(dog.pid, "SIGSTOP");
      await beats(30);
      process.kill(dog.pid, "SIGCONT");
      await beats(30);
      beating.unsubscribe();
      dog.beat(monotonic(), false);
      expect(causes).to.deep.equal([]);
      expect(await status()).to.include({ stopped: false });
    });
    it("stops the arm again when control stalls again after a person has cleared the first stop", async () => {
      await open();
      const causes = lastValueFrom(dog.event$.pipe(take(2), toArray()));
      dog.beat(monotonic(), true);
      await stopped();
      await twin.arm.reset();
      await twin.arm.enable();
      const beating = twin.clock.beat$.subscribe((at) => dog.beat(at, true));
      await beats(20);
      expect(await status(), "while control beats").to.include({ stopped: false });
      beating.unsubscribe();
      await stopped();
      expect((await causes).map(({ cause }) => cause)).to.deep.equal(["control.stalled", "control.stalled"]);
    });
    it("is reported lost when its process is killed", async () => {
      await open();
      const cause = event();
      process.kill(dog.pid, "SIGKILL");
      expect(await cause).to.equal("watchdog.lost");
    });
    it("says that it is blind when its own link is lost, and watches again when it is back", async () => {
      let relay = await spawnRelay(twin.address);
      const port = Number(relay.address.split(":")[1]);
      await open(relay.address);
      const blind = event();
      await relay.kill();
      expect(await blind).to.equal("watchdog.lost");
      dog.beat(monotonic(), true);
      relay = await spawnRelay(twin.address, port);
      await stopped();
      await relay.end();
    });
  });

  describe("with a stop box", () => {
    let port: Pty;
    let box: StopBoxDevice;
    let dog: Watchdog;
    before(function () {
      needsSocat(this);
    });
    beforeEach(async () => {
      port = await openPty();
      box = stopBoxDevice(port.say, monotonic);
      dog = await openWatchdog({ arm: twin.address, stopBox: port.path });
    });
    afterEach(async () => {
      await dog.close();
      box.close();
      await port.unplug();
    });
    const signal = (is: string) => firstValueFrom(dog.stop$.pipe(filter((it) => it.is === is)));

    it("tells what the box says, from the first word on, and touches nothing while it is released", async () => {
      await signal("released");
      await beats(20);
      expect(await status()).to.include({ stopped: false, enabled: true });
    });
    it("stops the arm by itself when the button is pressed, whatever control does meanwhile", async () => {
      await signal("released");
      box.press();
      await stopped();
      await signal("pressed");
    });
    it("stops it again when it is reset while the button is down, and no longer once it is released", async () => {
      await signal("released");
      box.press();
      await stopped();
      await twin.arm.reset();
      await stopped();
      box.release();
      await signal("released");
      await twin.arm.reset();
      await twin.arm.enable();
      await beats(20);
      expect(await status()).to.include({ stopped: false, enabled: true });
    });
    it("takes an unplugged box for a pressed one", async () => {
      await signal("released");
      await port.unplug();
      await stopped();
      expect((await firstValueFrom(dog.stop$)).is).to.be.oneOf(["lost", "silent"]);
    });
  });

  it("refuses to watch an arm that is not there, or a stop box that is none", async () => {
    expect(await outcome(openWatchdog({ arm: "127.0.0.1:9" }))).to.equal("link.lost");
    expect(await outcome(openWatchdog({ arm: twin.address, stopBox: "/dev/null" }))).to.equal("serial.refused");
  });
});
