import type { FaultCode } from "../src/domain/errors.ts";
import type { RecorderCounts, RecorderOptions } from "../src/recording/recorder.ts";
import type { StopLogOptions } from "../src/recording/stopLog.ts";
import type { Recorded, RecordingHeader } from "../src/recording/records.ts";

/** What of the options of recorder and log of stops crosses the process boundary. */
export type RecorderSettings = Omit<RecorderOptions, "scheduler" | "create"> & Omit<StopLogOptions, "disk">;

export type ToRecorder =
  | { readonly do: "open"; readonly path: string; readonly header: RecordingHeader; readonly settings: RecorderSettings }
  | { readonly do: "write"; readonly records: readonly Recorded[] }
  | { readonly do: "finish" };

export interface PlainFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Every "write" is answered by one "took": that is what bounds what is under way between the processes. */
export type FromRecorder =
  | { readonly say: "opened" }
  | { readonly say: "refused"; readonly fault: PlainFault }
  | { readonly say: "took"; readonly counts: RecorderCounts }
  | { readonly say: "fault"; readonly fault: PlainFault }
  | { readonly say: "finished"; readonly counts: RecorderCounts };
