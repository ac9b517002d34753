/** What may go wrong, what happens then, and how soon: the promise of docs/safety.md, word for word. `bound`: "-" where none is given. */
export interface Promised {
  readonly id: string;
  readonly fault: string;
  readonly reaction: string;
  readonly bound: string;
}

/** One letter, one subject: what a row's fault befalls. */
export const groups = {
  L: "link",
  C: "camera",
  P: "policy",
  T: "training",
  R: "recording",
  B: "broker",
  O: "operator",
  S: "serial",
  H: "process",
  A: "arm",
  X: "exploration",
} as const;
export type Group = (typeof groups)[keyof typeof groups];

export const groupOf = (id: string): Group => groups[id[0] as keyof typeof groups];

const row = (id: string, fault: string, reaction: string, bound: string): Promised => ({ id, fault, reaction, bound });

/** Bounds are for a 100 Hz command stream and a policy at 10-20 Hz, on the monotonic clock; ticks are counted, not timed. */
export const promised: readonly Promised[] = [
  row("L1", "joint states arrive late (age > 50 ms)", "hold; warn after one period", "60 ms"),
  row("L2", "joint states cease", 'stop, "state.stale"', "150 ms"),
  row(
    "L3",
    "states duplicated, out of order, stamp steps back or into the future",
    "dropped and counted; > 20 in 1 s: hold",
    "1 message",
  ),
  row("L4", "5 % random loss and 20 ms in-order jitter on states", "keeps running inside limits; cadence report shows it", "-"),
  row(
    "L5",
    "commands cease to reach the arm (one-way link) while > 0.05 rad/s is commanded",
    "seen by the command-side connection check or by tracking error; stop",
    "500 ms",
  ),
  row("L6", "wall clock steps by an hour either way", "nothing moves differently; jump logged", "0"),
  row("L7", "link process dies (bridge, DDS, ROS 1 master)", "stop; reconnect never re-enables", "200 ms"),
  row(
    "C1",
    "scene facts late, lost, or implausible (object jumps)",
    "policy holds; after the limit the episode ends",
    "200 ms, 1 s",
  ),
  row("P1", "policy emits NaN or Infinity", "that command is refused in the same tick; hold; 3 in a row: stop", "1 tick"),
  row(
    "P2",
    "policy emits a jump or saturates",
    "clamped to speed, acceleration, jerk; counted; over the share set in config: episode ends",
    "1 tick",
  ),
  row("P3", "policy output frozen: identical pre-squash output over >= 5 distinct observations", "hold and flag", "1 s"),
  row("P4", "inference late or hung", "hold; rebuilt from the same bundle or stop", "100 ms, 2 s"),
  row("P5", "bundle for another arm: shape, names, units, scaling, hash", "refused before motion, the field named", "-"),
  row("P6", "weights file truncated, bit-flipped, NaN weights", "refused; the incumbent stays", "-"),
  row(
    "T1",
    "trainer killed, out of memory, or hung",
    "arm unaffected; episode goes on; trainer resumes from its last checkpoint with the same optimiser state",
    "0 ticks",
  ),
  row(
    "T2",
    "training diverges (NaN loss, Q outside its bounds, runaway KL)",
    "candidate refused; last good kept; said on the page",
    "before promotion",
  ),
  row(
    "T3",
    "candidate worse than incumbent",
    "gate refuses, reasons given; after promotion a canary regression rolls back by itself",
    "k episodes",
  ),
  row(
    "R1",
    "kill -9 of the recorder's process at any byte",
    "every complete record readable after `recover`; loss counted",
    "<= 1 s of data",
  ),
  row("R2", "disk filling up", "alarm, episode ends, control goes on; space for the stop log reserved", "before a write fails"),
  row("R4", "disk read-only or failing a write", "alarm, episode ends, control goes on, loss counted", "1 s"),
  row("R3", "disk slow (1 s stalls)", "bounded queue; drops counted and shown; the loop unaffected", "0 ticks"),
  row(
    "B1",
    "MQTT broker down at start, killed, back later (10 s in tests, 10 min once)",
    "loop unaffected; bounded store; after return nothing lost, nothing twice",
    "-",
  ),
  row("B2", "stale command delivered after reconnect", "refused (expiry, sequence, lease)", "-"),
  row("O1", "no token, wrong token, foreign Origin", "refused at the upgrade (401, 403)", "handshake"),
  row(
    "O2",
    "oversized, binary, malformed or deeply nested frame; 10,000 frames a second",
    "that client is closed (1009, 1007, 1003, 1008); others unaffected; stop is never rate-limited",
    "1 frame; 1 s for a flood",
  ),
  row("O3", "two operators", "one write lease; take-over is explicit and logged", "-"),
  row("O4", "operator's link drops while holding a dead-man (jog)", "hold", "300 ms"),
  row("O5", "slow reader", "lossy channels dropped, then closed; memory bounded", "buffer limit"),
  row("S1", "serial stop pressed", "stop", "50 ms"),
  row("S2", "serial stop unplugged, silent, noise, half frames, bad CRC", "as pressed", "200 ms"),
  row("S3", "stop released", "stays stopped until reset, enable, start", "-"),
  row("S4", "gripper does not answer or reports an error", "hold; one retry at most", "its time-out"),
  row(
    "H1",
    "kill -9 of the control process in motion",
    "arm at rest, judged by the twin's own trace; velocity mode: travel <= speed x arm's time-out; position mode: <= tracking-error limit + one step",
    "arm's time-out",
  ),
  row(
    "H2",
    "control's event loop stalled 300 ms",
    "nothing leaves; the arm's time-out rests it; the watchdog stops it; no backlog is sent afterwards",
    "100 ms, 150 ms",
  ),
  row("H3", "SIGTERM, SIGINT", "decelerate, close files, exit 0; a second signal: now", "2 s"),
  row("H4", "CPU starved (both cores busy)", "late periods counted; > 3 in a row: hold", "3 periods"),
  row("A1", "collision flag, effort or wrench over its limit", "stop", "1 tick"),
  row(
    "A2",
    "arm pushed outside its envelope, or starts outside it",
    "stop; only motion back inside may be commanded, slowly, by a person",
    "1 tick",
  ),
  row("A3", "tracking error over 0.2 rad", "stop", "1 tick"),
  row(
    "A4",
    "arm reports disabled, stopped, not homed, cuff squeezed",
    "mode follows the arm; the policy never re-enables",
    "1 state",
  ),
  row("A5", "physics or joint state becomes NaN", "stop", "1 tick"),
  row("X1", "exploration budget spent (contacts, clamps, metres, minutes)", "episode ends, session closes in order", "1 tick"),
];
