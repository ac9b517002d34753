import { OnarmError } from "../domain/errors.ts";

/** First two parts of every topic: the interface and its major version. A change that an older reader cannot follow makes a v2. */
const INTERFACE = "onarm/v1";

/** Where one arm speaks and listens. Everything it says lies under `base`, so that one line of an access list covers it. */
export interface Topics {
  readonly base: string;
  /** Retained: whether the arm is there; also its last will. */
  readonly connection: string;
  /** Retained: what the arm is and what it runs. */
  readonly facts: string;
  /** On event, and every 30 s. */
  readonly state: string;
  /** One message an episode; kept until the broker has it. */
  readonly episode: string;
  /** Stops, holds and faults; kept until the broker has them. */
  readonly fault: string;
  readonly command: string;
  /** Answers to commands; a sender may name a topic of its own below this one. */
  readonly response: string;
}

const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** True for what may be a part of a topic: no separator, no wildcard, nothing that a broker or a file system reads as something else. */
export const isName = (text: string): boolean => name.test(text);

/** @throws "usage.invalid" for a site or a robot whose name cannot be a part of a topic */
export function topics(site: string, robot: string): Topics {
  for (const [what, text] of Object.entries({ site, robot }))
    if (!isName(text))
      throw new OnarmError(
        "usage.invalid",
        `telemetry: "${text.slice(0, 80)}" cannot name a ${what}; letters, digits, ".", "_" and "-" may, up to 64 of them`,
      );
  const base = `${INTERFACE}/${site}/${robot}`;
  return {
    base,
    connection: `${base}/connection`,
    facts: `${base}/facts`,
    state: `${base}/state`,
    episode: `${base}/episode`,
    fault: `${base}/fault`,
    command: `${base}/command`,
    response: `${base}/response`,
  };
}

/** Bytes of a topic that a sender may ask to be answered at. */
const LONGEST = 256;

/** Where a command is answered: where its sender asked, if that is below `response`; a robot does not write wherever a stranger tells it to. */
export function answerTopic({ response }: Topics, asked: string | undefined): string {
  const ours = asked !== undefined && asked.startsWith(`${response}/`) && Buffer.byteLength(asked) <= LONGEST;
  // A control character or a wildcard in a topic would end our own connection.
  return ours && !/[+#\u0000-\u001f\u007f]/.test(asked) ? asked : response;
}
