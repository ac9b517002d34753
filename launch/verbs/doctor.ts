import { fileURLToPath } from "node:url";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Site } from "../../robot/sites/site.ts";
import type { Verb } from "../cli.ts";
import { machineChecks } from "../doctor/machine.ts";
import { siteOf } from "../interaArm.ts";
import { LIMITS_FILE } from "../sawyer.ts";

interface Options {
  readonly arm?: string;
  readonly limits: string;
  readonly bundle: string;
}

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));
const marks = { true: "ok  ", false: "BAD ", null: "?   " } as const;

const armChecks = async (site: Site, limits: string) =>
  site.arm === "intera-ros1"
    ? (await import("../doctor/intera.ts")).interaChecks(site, limits)
    : (await import("../doctor/ros2.ts")).ros2Checks(site);

export const verb: Verb<Options> = {
  name: "doctor",
  summary: "look whether this machine, and the arm that is named, are fit to be driven; nothing moves",
  options: (command) => {
    command
      .option(
        "--arm <name>",
        "intera-ros1@http://host:11311, intera-ros2, ros2-control, gazebo, or a site file; the machine alone when left out",
      )
      .option("--limits <file>", "what the arm may do", LIMITS_FILE)
      .option("--bundle <dir>", "the policy that is to drive", shipped);
  },
  run: async ({ arm, limits, bundle }, context) => {
    const site = arm === undefined || arm === "sim" ? undefined : siteOf(arm);
    if (arm !== undefined && arm !== "sim" && !site)
      throw new OnarmError(
        "usage.invalid",
        `doctor --arm ${arm}: what can be looked at is sim, intera-ros1@http://host:11311, intera-ros2, ros2-control, gazebo or a site file`,
      );
    const checks = [...(await machineChecks(limits, bundle))];
    if (site && !context.signal.aborted) checks.push(...(await armChecks(site, limits)));
    for (const { id, ok, detail, remedy } of checks)
      context.log(`${marks[`${ok}`]} ${id}: ${detail}${ok === true || remedy === "" ? "" : `; ${remedy}`}`);
    const wrong = checks.filter(({ ok }) => ok === false).length;
    if (wrong > 0) context.exitCode = 1;
    // The lines above have told a person already.
    return context.json ? { wrong, checks } : { looked: checks.length, wrong };
  },
};
