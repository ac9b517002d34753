import type { ArmDescription } from "../../src/domain/arm.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { jointChannels } from "./joints.ts";
import { logChannel } from "./log.ts";
import { plotChannels } from "./plots.ts";
import { sceneChannels, type Bounds } from "./scene.ts";
import { transformChannels } from "./transforms.ts";
import { descriptionChannel } from "./urdf.ts";

/**
 * What viewers may subscribe to, told from the page's snapshots and the arm's description in the page's own process: control does not know
 * whether anybody watches. Throws "config.invalid" for a description that is no tree.
 */
export const foxgloveChannels = (description: ArmDescription, bounds?: Bounds): readonly Channel[] => [
  ...jointChannels(description),
  ...transformChannels(description),
  descriptionChannel(description),
  ...sceneChannels(description, bounds),
  ...plotChannels(),
  logChannel(),
];
