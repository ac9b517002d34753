import type { Kept } from "../src/telemetry/backlog.ts";
import type { Asked } from "../src/telemetry/answers.ts";
import type { FactsEvent, StateEvent } from "../src/telemetry/messages.ts";
import type { TelemetryCounts } from "../src/telemetry/telemetry.ts";

export interface TelemetryOptions {
  /** mqtt://host:port, or mqtts:// for TLS. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** File of the authority that signed the broker's certificate, PEM; the system's own when left out. */
  readonly ca?: string;
  readonly site: string;
  readonly robot: string;
  /** Names this run among all runs of this arm. */
  readonly session: string;
  /** File in which summaries wait for the broker; what an earlier run left there is sent, too. */
  readonly store: string;
}

/** `ca` is the PEM itself here. */
export type OpenTelemetry = TelemetryOptions & { readonly stateSeq: number };

export type ToTelemetry =
  | { readonly open: OpenTelemetry }
  | { readonly state: StateEvent }
  | { readonly facts: FactsEvent }
  | { readonly put: Kept }
  /** `refusal` left out: it was done. */
  | { readonly answer: { readonly id: number; readonly refusal?: string } }
  | { readonly close: string };

export type FromTelemetry =
  /** `newest`: the last numbers of this session that are in the store. */
  | { readonly opened: { readonly newest: readonly (readonly [stream: string, seq: number])[] } }
  | { readonly refused: { readonly code: string; readonly message: string } }
  /** Key of a message that is in the store now. */
  | { readonly took: string }
  | { readonly asked: Asked & { readonly id: number } }
  | { readonly counts: TelemetryCounts }
  | { readonly said: string };
