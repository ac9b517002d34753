import type { PageState } from "../snapshot.ts";

/** A snapshot that arrived. `time`: when it was true, ns since the Unix epoch. */
export interface Shown {
  readonly state: PageState;
  readonly time: bigint;
}

/** One message of a channel. `time`: ns since the Unix epoch. `body`: in the channel's encoding; nobody changes it. */
export interface Said {
  readonly time: bigint;
  readonly body: Uint8Array;
}

/**
 * One topic that a viewer may subscribe to. Encoding and schema by their names in the Foxglove protocol: JSON with JSON Schema, CDR with
 * ros2msg. Only what somebody has subscribed to is ever encoded.
 */
export interface Channel {
  readonly topic: string;
  readonly encoding: "json" | "cdr";
  readonly schemaName: string;
  readonly schemaEncoding: "jsonschema" | "ros2msg";
  readonly schema: string;
  /** Least time between two tellings to one client, s. */
  readonly every: number;
  /** Each message replaces the one before: the first to be left out for a client that reads slowly. */
  readonly lossy: boolean;
  /** What there is to say now to one who was last told `told`; undefined: to a newcomer. Pure, and asked for the newest snapshot only. */
  tell(now: Shown, told: Shown | undefined): readonly Said[];
}
