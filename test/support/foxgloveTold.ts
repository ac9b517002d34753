import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import { foxgloveChannels } from "../../launch/foxglove/channels.ts";
import { LIMITS_FILE } from "../../launch/sawyer.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { loadLimits } from "../../src/config/limits.ts";
import type { Shown } from "../../src/operator/foxglove/channel.ts";
import type { PageState } from "../../src/operator/snapshot.ts";

export const limits = loadLimits(LIMITS_FILE);
export const channels = foxgloveChannels(sawyer, limits);
export const channel = (topic: string) => channels.find((one) => one.topic === topic)!;

export const shown = (state: PageState, time = 1_700_000_000_123_456_000n): Shown => ({ state, time });

/** What a channel says, read again by its own schema. */
export function told<T>(topic: string, now: Shown, before?: Shown): T[] {
  const { tell, encoding, schema } = channel(topic);
  const reader = encoding === "cdr" ? new MessageReader(parse(schema, { ros2: true })) : undefined;
  return tell(now, before).map(({ body }) => (reader ? reader.readMessage(body) : JSON.parse(Buffer.from(body).toString())) as T);
}
