import path from "node:path";
import { fileURLToPath } from "node:url";
import { sawyer } from "../robot/description/sawyer.ts";
import { siteFile } from "../robot/sites/site.ts";
import type { Ros1Site, Site } from "../robot/sites/site.ts";
import { parseConfig, readConfig } from "../src/config/file.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { armOverWire } from "./armOverWire.ts";
import { ownArmOf } from "./ownArm.ts";
import { siteGripper } from "./siteGripper.ts";

/** The shipped site of each arm that has a name. */
const sites = {
  "intera-ros1": "sawyer-ros1",
  "intera-ros2": "sawyer-ros2",
  "ros2-control": "ros2-control",
  gazebo: "gazebo",
} as const;
const shipped = (arm: keyof typeof sites) => fileURLToPath(new URL(`../robot/sites/${sites[arm]}.yaml`, import.meta.url));
const arms = Object.keys(sites) as (keyof typeof sites)[];

/**
 * The site that --arm names: "intera-ros1", "intera-ros1@http://host:port", "intera-ros2", "intera-ros2@DOMAIN", the same for "ros2-control"
 * and "gazebo", or a site file; undefined for any other arm. @throws "config.invalid"
 */
export function siteOf(arm: "intera-ros1"): Ros1Site;
export function siteOf(arm: string): Site | undefined;
export function siteOf(arm: string): Site | undefined {
  const [name, where] = arm.split("@");
  const adapter = arms.find((it) => it === name);
  if (adapter === undefined && !/\.ya?ml$/.test(arm)) return undefined;
  const file = adapter === undefined ? arm : shipped(adapter);
  const read = parseConfig(siteFile, readConfig(file), file);
  const site = read.urdf === undefined ? read : { ...read, urdf: path.resolve(path.dirname(file), read.urdf) };
  if (adapter === undefined) return site;
  if (site.arm === "intera-ros1") return { ...site, master: where ?? (process.env.ROS_MASTER_URI || site.master) };
  if (where === undefined) return site;
  if (!/^\d{1,3}$/.test(where) || Number(where) > 232)
    throw new OnarmError("usage.invalid", `--arm ${arm}: ${name}@DOMAIN is meant, a ROS_DOMAIN_ID from 0 to 232, as ${name}@7`);
  return { ...site, domain: Number(where) };
}

/** A Sawyer on a ROS 1 master, and a clock of this process; closing the arm closes both. Loaded where one is asked for only. */
export async function openInteraArm(master: string) {
  const [{ openRos1 }, { openInteraRos1 }] = await Promise.all([
    import("../robot/ros1/node.ts"),
    import("../robot/arms/interaRos1.ts"),
  ]);
  const node = await openRos1({ master, name: "onarm" });
  return armOverWire(node, (clock) => openInteraRos1({ node, joints: sawyer.commanded, clock }));
}

/** The same with what its lab's tracker sees, and its gripper where it names one, for a station. */
export async function openInteraSite(site: Ros1Site) {
  const { arm, clock, node } = await openInteraArm(site.master);
  const [{ openPoseArrayRos1 }, { overRos1 }] = await Promise.all([
    import("../robot/scenes/poseArrayRos1.ts"),
    import("../robot/ros1/wire.ts"),
  ]);
  const [own, scene, gripper] = await Promise.all([
    ownArmOf(site, node),
    openPoseArrayRos1(node, site.scene, clock),
    siteGripper(site, overRos1(node), clock),
  ]).catch(async (error: unknown) => {
    await arm.close();
    throw error;
  });
  const leave = async () => {
    await gripper?.close();
    await scene.close();
    await arm.close();
  };
  return { arm, scene, clock, gripper, address: node.master, leave, own };
}

/** Whatever arm a site has, with its scene. */
export const openSite = async (site: Site) =>
  site.arm === "intera-ros1" ? openInteraSite(site) : (await import("./ros2Arm.ts")).openRos2Site(site);

/** The arm that a station's `address` names, for another process: a ROS 1 master, or a whole site as JSON. */
export async function openArmAt(address: string) {
  if (address.startsWith("http:")) return openInteraArm(address);
  const site = siteFile.parse(JSON.parse(address));
  if (site.arm === "intera-ros1") return openInteraArm(site.master);
  return (await import("./ros2Arm.ts")).openRos2Arm(site, "onarm_watchdog");
}
