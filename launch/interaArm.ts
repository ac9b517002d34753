import path from "node:path";
import { fileURLToPath } from "node:url";
import { sawyer } from "../robot/description/sawyer.ts";
import { siteFile } from "../robot/sites/site.ts";
import type { Site } from "../robot/sites/site.ts";
import { pacedClock } from "../sim/pacedClock.ts";
import { PERIOD } from "../sim/twinOptions.ts";
import { parseConfig, readConfig } from "../src/config/file.ts";
import { ownArmOf } from "./ownArm.ts";

const shipped = fileURLToPath(new URL("../robot/sites/sawyer-ros1.yaml", import.meta.url));

/**
 * The site that --arm names: "intera-ros1", "intera-ros1@http://host:port", or a site file; undefined for any other arm. @throws "config.invalid"
 */
export function siteOf(arm: string): Site | undefined {
  const file = /\.ya?ml$/.test(arm) ? arm : shipped;
  if (file === shipped && !/^intera-ros1(@|$)/.test(arm)) return undefined;
  const read = parseConfig(siteFile, readConfig(file), file);
  const site = read.urdf === undefined ? read : { ...read, urdf: path.resolve(path.dirname(file), read.urdf) };
  const master = file === shipped ? (arm.split("@")[1] ?? process.env.ROS_MASTER_URI) : undefined;
  return master ? { ...site, master } : site;
}

/** A Sawyer on a ROS 1 master, and a clock of this process; closing the arm closes both. Loaded where one is asked for only. */
export async function openInteraArm(master: string) {
  const [{ openRos1 }, { openInteraRos1 }] = await Promise.all([
    import("../robot/ros1/node.ts"),
    import("../robot/arms/interaRos1.ts"),
  ]);
  const node = await openRos1({ master, name: "onarm" });
  const clock = pacedClock(PERIOD);
  const end = async () => {
    clock.close();
    await node.close();
  };
  try {
    const arm = await openInteraRos1({ node, joints: sawyer.commanded, clock });
    return { arm: { ...arm, close: () => arm.close().then(end) }, clock, node };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The same with what its lab's tracker sees, for a station. */
export async function openInteraSite(site: Site) {
  const { arm, clock, node } = await openInteraArm(site.master);
  const { openPoseArrayRos1 } = await import("../robot/scenes/poseArrayRos1.ts");
  const [own, scene] = await Promise.all([ownArmOf(site, node), openPoseArrayRos1(node, site.scene, clock)]).catch(
    async (error: unknown) => {
      await arm.close();
      throw error;
    },
  );
  const leave = async () => {
    await scene.close();
    await arm.close();
  };
  return { arm, scene, clock, address: node.master, leave, own };
}
