import { z } from "zod";
import type { Frame, PageState, SlowPart } from "./snapshot.ts";

export type * from "./snapshot.ts";

/** Name of the WebSocket sub-protocol at `/ws`. JSON text frames, one message each. */
export const subProtocol = "onarm.v1";
/** A client's frame may be no longer than this, bytes: nothing a client has to say is. */
export const maxFrameBytes = 4096;

const slow = (most: number) => z.number().min(-most).max(most);

/** What a client may send. Strict: a frame with an unknown field is no message. */
const clientMessage = z.discriminatedUnion("type", [
  /** Protective stop. Latches. Never rate-limited. */
  z.strictObject({ type: z.literal("stop") }),
  /** Come to rest and hold; `resume` goes on. */
  z.strictObject({ type: z.literal("hold") }),
  z.strictObject({ type: z.literal("resume") }),
  /** Out of a latched stop lead only these three, each a deliberate act. */
  z.strictObject({ type: z.literal("reset") }),
  z.strictObject({ type: z.literal("enable") }),
  z.strictObject({ type: z.literal("start") }),
  /** Lead an arm that is outside its limits slowly back inside: repeated at least every 0.2 s while a person holds on; silence is rest. */
  z.strictObject({ type: z.literal("recover") }),
  /** Drive by hand: the tip, m/s in base, or one joint, rad/s. As `recover`: repeated while a person holds on. Slow by its very bounds. */
  z.strictObject({ type: z.literal("jog"), linear: z.tuple([slow(0.1), slow(0.1), slow(0.1)]) }),
  z.strictObject({ type: z.literal("jog-joint"), joint: z.int().min(0).max(63), speed: slow(0.3) }),
  /** Ends what the policy does, in order, so that a person may drive; `start` hands back. */
  z.strictObject({ type: z.literal("take-over") }),
  /** A person's word on the reward: true while the aim is true, repeated as `jog` is, silence is false; or once, of the episode that just ended. */
  z.strictObject({ type: z.literal("reward"), given: z.boolean() }),
  z.strictObject({ type: z.literal("outcome"), success: z.boolean() }),
  /** The scene stands as it was asked for. */
  z.strictObject({ type: z.literal("confirm-reset") }),
  /** Which weights drive from the next episode on: the ones the gate let pass, or those before the last promotion. */
  z.strictObject({ type: z.literal("promote") }),
  z.strictObject({ type: z.literal("roll-back") }),
  /** A word on one episode, for whoever learns from it or looks at it later. */
  z.strictObject({
    type: z.literal("mark"),
    episode: z.int().min(0),
    keep: z.boolean().optional(),
    flag: z.boolean().optional(),
    note: z.string().max(200).optional(),
  }),
  /** Asks for an episode once more; answered by `replay`. */
  z.strictObject({ type: z.literal("replay"), episode: z.int().min(0) }),
  /** The write lease: whose commands count. Free, it goes to whoever commands first; held by another, only `lease` takes it over. */
  z.strictObject({ type: z.literal("lease") }),
  z.strictObject({ type: z.literal("release") }),
  /** Answered by a `pong` with the same number. */
  z.strictObject({ type: z.literal("ping"), n: z.int().min(0) }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** What stays between client and server. */
type Talk = "ping" | "lease" | "release" | "replay";
type Deed = Exclude<ClientMessage, { readonly type: Talk }>;

/** What the operator asks of whoever runs the arm. `by`: which of the clients, for the record. */
export type OperatorCommand = Deed extends infer D
  ? D extends { readonly type: infer K }
    ? Omit<D, "type"> & { readonly kind: K; readonly by?: string }
    : never
  : never;

/** operator: may command, one at a time. viewer: may look, and may stop, as anybody may. */
export type Role = "operator" | "viewer";

/** One line of the record of who did what: came, left, took the lease, commanded, was refused. */
export interface AuditEntry {
  readonly by: string;
  readonly role: Role;
  readonly what: string;
}

/** The one parser of client frames. `undefined` for anything that is not exactly one message. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    return clientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What the server sends. `state` is the latest only (older ones are dropped); the slow parts (`series`, `faults`, `episodes`, `learning`) come when they changed, at most once a second. */
export type ServerMessage =
  /** `session`: only to who came by a link that opens once. It is their token from now on, for as long as the run lasts. */
  | {
      readonly type: "hello";
      readonly protocol: typeof subProtocol;
      readonly role: Role;
      readonly name: string;
      readonly session?: string;
    }
  /** Whose commands count now; null: the next one's. */
  | { readonly type: "lease"; readonly holder: string | null }
  /** A command that was not passed on, and why. */
  | { readonly type: "refused"; readonly command: string; readonly reason: string }
  | { readonly type: "state"; readonly state: Omit<PageState, SlowPart> }
  | { [K in SlowPart]: { readonly type: K } & Required<Pick<PageState, K>> }[SlowPart]
  | { readonly type: "replay"; readonly episode: number; readonly frames: readonly Frame[] }
  /** Nothing new, but the link lives: sent after 250 ms of silence. */
  | { readonly type: "alive" }
  | { readonly type: "pong"; readonly n: number };
