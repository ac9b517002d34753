import { connect } from "node:net";
import { AsyncSubject, BehaviorSubject, Subject, filter, ignoreElements, take, throwError } from "rxjs";
import type { Observable } from "rxjs";
import type { ArmState, ArmStatus, JointCommand } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { SceneState } from "../src/domain/scene.ts";
import type { GripperState } from "../src/ports/gripper.ts";
import { checkCommand } from "./jointControl.ts";
import { byName } from "./jointMessage.ts";
import { monotonic } from "./pacedClock.ts";
import { line, lines } from "./wire.ts";
import type { Deed, FromTwin, Hello, ToTwin, WorldDeed } from "./wire.ts";

/** A deed or a greeting unanswered for so long, ms, is as good as a lost link. */
const PATIENCE = 2000;
/**
 * Set-points that may be on their way at once. At rest there is one, which the next joint states tell is read; more wait somewhere, and those
 * behind them would be old when they arrive.
 */
export const WINDOW = 3;

/** One connection to a paced twin. When it is lost its streams end with why, once and for all. */
export interface TwinLink {
  readonly hello: Hello;
  readonly state$: Observable<ArmState>;
  readonly status$: Observable<ArmStatus>;
  readonly scene$: Observable<SceneState>;
  /** Gives a new subscriber the last state. */
  readonly gripper$: Observable<GripperState>;
  /** As Arm.send, "link.lost" among its errors. While WINDOW set-points are unread, one more counts as under way until there is room, and then it is not sent: it is old. */
  send(command: JointCommand): Observable<JointCommand>;
  /** Resolves when the twin has done it. Rejects with what it says, "link.lost", or `late` when it says nothing for `patience` ms. */
  ask(deed: Deed | WorldDeed, late?: FaultCode, patience?: number): Promise<void>;
  /** Settles when the link is gone: true when it was lost, false when it was closed. */
  readonly gone: Promise<boolean>;
  close(): void;
}

const gaveUp = "the link to the twin is lost; start it again";

/** Opens a connection to "host:port". Rejects with "link.lost" when no twin answers there. */
export async function openLink(address: string): Promise<TwinLink> {
  const [host, port] = address.split(":");
  const socket = connect({ host: host!, port: Number(port) });
  socket.setNoDelay(true).setEncoding("utf8");
  const lost = (why = gaveUp, cause?: unknown) => new OnarmError("link.lost", why, { address }, cause);

  const hello$ = new Subject<Hello>();
  const state$ = new Subject<ArmState>();
  const scene$ = new Subject<SceneState>();
  let status$: BehaviorSubject<ArmStatus> | undefined;
  let gripper$: BehaviorSubject<GripperState> | undefined;
  const waiting = new Map<number, { resolve(): void; reject(error: OnarmError): void }>();
  let map: ReturnType<typeof byName>;
  let open = true;
  let reason: OnarmError | undefined;
  let sent = 0;
  let taken = 0;
  let leave!: (lost: boolean) => void;
  const gone = new Promise<boolean>((resolve) => (leave = resolve));

  const receive = (message: FromTwin) => {
    switch (message.op) {
      case "hello":
        map = byName(message.joints);
        status$ = new BehaviorSubject(message.status);
        gripper$ = new BehaviorSubject(message.gripper.state);
        return hello$.next(message);
      case "joints":
        taken = message.taken;
        return state$.next(map(message.joints));
      case "scene":
        return scene$.next(message.scene);
      case "gripper":
        return gripper$?.next(message.gripper);
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
    leave(true);
    for (const { reject } of waiting.values()) reject(lost());
    for (const subject of [hello$, state$, scene$, status$, gripper$] as (Subject<unknown> | undefined)[]) subject?.error(error);
  };
  const read = lines(receive);
  socket.on("data", (chunk: string) => {
    try {
      read(chunk);
    } catch (error) {
      drop(lost("the twin speaks something else; start one of this version", error));
    }
  });
  socket.on("error", (error) => drop(lost(`nobody answers at ${address}; start the twin first`, error)));
  socket.on("close", () => drop(reason ?? lost()));

  const mute = setTimeout(() => drop(lost(`nobody says hello at ${address}; start the twin first`)), PATIENCE);
  const hello = await new Promise<Hello>((next, error) => hello$.subscribe({ next, error })).finally(() => clearTimeout(mute));

  const say = (message: ToTwin, done?: (error?: Error | null) => void) => socket.write(line(message), done);
  let deeds = 0;
  return {
    hello,
    state$,
    status$: status$!,
    scene$,
    gripper$: gripper$!,
    gone,
    send(command) {
      if (!open) return throwError(() => lost());
      // An old set-point delivered later is worse than none.
      if (sent - taken >= WINDOW)
        return state$.pipe(
          filter(() => sent - taken < WINDOW),
          take(1),
          ignoreElements(),
        );
      const sent$ = new AsyncSubject<JointCommand>();
      try {
        checkCommand(hello.joints.length, command);
        sent$.next(command);
        say({ op: "send", no: ++sent, at: monotonic(), command }, (error) => (error ? sent$.error(lost()) : sent$.complete()));
      } catch (error) {
        sent$.error(error);
      }
      return sent$.asObservable();
    },
    async ask(deed, late = "link.timeout", patience = PATIENCE) {
      if (!open) throw lost();
      const id = deeds++;
      let timer: NodeJS.Timeout | undefined;
      try {
        await new Promise<void>((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          const silence = `the twin has not answered "${deed.op}" for ${patience} ms`;
          timer = setTimeout(() => reject(new OnarmError(late, silence)), patience);
          say({ ...deed, id });
        });
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
    close() {
      if (!open) return;
      open = false;
      leave(false);
      for (const subject of [state$, scene$, status$!, gripper$!] as Subject<unknown>[]) subject.complete();
      for (const { reject } of waiting.values()) reject(lost());
      socket.end();
      socket.resume();
    },
  };
}
