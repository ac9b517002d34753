import { connect } from "node:net";
import { AsyncSubject, BehaviorSubject, Subject, throwError } from "rxjs";
import type { ArmState, ArmStatus, JointCommand } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { SceneState } from "../src/domain/scene.ts";
import { seconds } from "../src/domain/units.ts";
import type { Arm } from "../src/ports/arm.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Scene } from "../src/ports/scene.ts";
import { checkCommand } from "./jointControl.ts";
import { byName } from "./jointMessage.ts";
import { pacedClock } from "./pacedClock.ts";
import { line, lines } from "./wire.ts";
import type { Deed, FromTwin, ToTwin } from "./wire.ts";

/** A twin in wall time, in a process of its own. `clock` is this process's; closing the arm closes the link and the clock, not the twin. */
export interface PacedTwin {
  readonly arm: Arm;
  readonly scene: Scene;
  readonly clock: Clock;
}

/** A deed unanswered for so long, ms, is as good as a lost link. */
const PATIENCE = 2000;

type Hello = Extract<FromTwin, { op: "hello" }>;

/** Opens a link to a paced twin at "host:port". Rejects with "link.lost" when nobody answers there. */
export async function connectTwin(address: string): Promise<PacedTwin> {
  const [host, port] = address.split(":");
  const socket = connect({ host: host!, port: Number(port) });
  socket.setNoDelay(true).setEncoding("utf8");
  const lost = (why = "the link to the twin is lost; start it again", cause?: unknown) =>
    new OnarmError("link.lost", why, { address }, cause);

  const hello$ = new Subject<Hello>();
  const state$ = new Subject<ArmState>();
  const scene$ = new Subject<SceneState>();
  let status$: BehaviorSubject<ArmStatus> | undefined;
  const waiting = new Map<number, { resolve(): void; reject(error: OnarmError): void }>();
  let map: ReturnType<typeof byName>;
  let open = true;
  let reason: OnarmError | undefined;

  const take = (message: FromTwin) => {
    switch (message.op) {
      case "hello":
        map = byName(message.joints);
        status$ = new BehaviorSubject(message.status);
        return hello$.next(message);
      case "joints":
        return state$.next(map(message.joints));
      case "scene":
        return scene$.next(message.scene);
      case "status":
        return status$?.next(message.status);
      case "done":
        return waiting.get(message.id)?.resolve();
      case "refused":
        return waiting.get(message.id)?.reject(new OnarmError(message.code, message.message));
      case "failed":
        reason = new OnarmError(message.code, message.message);
    }
  };
  const drop = (error: OnarmError) => {
    if (!open) return;
    open = false;
    socket.destroy();
    for (const subject of [hello$, state$, scene$, status$] as (Subject<unknown> | undefined)[]) subject?.error(error);
    for (const { reject } of waiting.values()) reject(lost());
  };
  const read = lines(take);
  socket.on("data", (chunk: string) => {
    try {
      read(chunk);
    } catch (error) {
      drop(lost("the twin speaks something else; start one of this version", error));
    }
  });
  socket.on("error", (error) => drop(lost(`nobody answers at ${address}; start the twin first`, error)));
  socket.on("close", () => drop(reason ?? lost()));

  const hello = await new Promise<Hello>((next, error) => hello$.subscribe({ next, error }));
  const clock = pacedClock(seconds(hello.period));

  const say = (message: ToTwin, taken?: (error?: Error | null) => void) => socket.write(line(message), taken);
  let deeds = 0;
  const ask = async (deed: Deed, late: FaultCode = "link.timeout") => {
    if (!open) throw lost();
    const id = deeds++;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(new OnarmError(late, `the twin has not answered "${deed.op}" for ${PATIENCE} ms`)),
          PATIENCE,
        );
        say({ ...deed, id });
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };
  const close = async () => {
    clock.close();
    if (!open) return;
    open = false;
    for (const subject of [state$, scene$, status$!] as Subject<unknown>[]) subject.complete();
    for (const { reject } of waiting.values()) reject(lost());
    socket.end();
    socket.resume();
  };

  const arm: Arm = {
    name: "twin",
    joints: hello.joints,
    state$: state$.asObservable(),
    status$: status$!.asObservable(),
    send(command) {
      if (!open) return throwError(() => lost());
      // A full socket means the twin does not listen: an old set-point delivered later is worse than none.
      if (socket.writableNeedDrain)
        return throwError(() => new OnarmError("link.timeout", "the twin takes no commands; it is stalled"));
      const sent$ = new AsyncSubject<JointCommand>();
      try {
        checkCommand(hello.joints.length, command);
        sent$.next(command);
        say({ op: "send", command }, (error) => (error ? sent$.error(lost()) : sent$.complete()));
      } catch (error) {
        sent$.error(error);
      }
      return sent$.asObservable();
    },
    halt: () => ask({ op: "halt" }, "link.lost"),
    reset: () => ask({ op: "reset" }),
    enable: () => ask({ op: "enable" }),
    close,
  };
  const scene: Scene = {
    name: "twin",
    scene$: scene$.asObservable(),
    arrange: (spec) => ask({ op: "arrange", spec }),
    close: async () => scene$.complete(),
  };
  return { arm, scene, clock };
}
