import path from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { OnarmError } from "../src/domain/errors.ts";
import type { TelemetryOptions } from "./telemetry.ts";

/** How a fleet's broker is named on the command line. Its password comes from the environment: command lines can be read by everybody on a machine. */
export interface TelemetryFlags {
  readonly mqtt?: string;
  readonly mqttCa?: string;
  readonly site?: string;
  readonly robot?: string;
}

export const telemetryFlags = (command: Command): Command =>
  command
    .option("--mqtt <url>", "tell a fleet over this broker, mqtt[s]://host:port; ONARM_MQTT_USERNAME and ONARM_MQTT_PASSWORD")
    .option("--mqtt-ca <file>", "authority that signed the broker's certificate, PEM; the system's own when left out")
    .option("--site <name>", "with --mqtt: where the arm stands")
    .option("--robot <name>", "with --mqtt: which arm it is there");

/** undefined where no fleet is to be told. `session`: names this run among all of this arm; `directory`: where what was not said yet is kept. */
export function telemetryOptions(
  { mqtt, mqttCa, site, robot }: TelemetryFlags,
  session: string,
  directory: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): TelemetryOptions | undefined {
  if (mqtt === undefined) {
    const idle = mqttCa !== undefined ? "--mqtt-ca" : site !== undefined ? "--site" : robot !== undefined ? "--robot" : undefined;
    if (idle) throw new OnarmError("usage.invalid", `${idle} means nothing without --mqtt; name the broker, or leave it out`);
    return undefined;
  }
  if (site === undefined || robot === undefined)
    throw new OnarmError("usage.invalid", "--mqtt needs --site and --robot: the arm's place among the fleet's topics");
  const { ONARM_MQTT_USERNAME: username, ONARM_MQTT_PASSWORD: password } = env;
  return {
    url: mqtt,
    site,
    robot,
    session,
    store: path.join(directory, "telemetry.jsonl"),
    ...(mqttCa === undefined ? {} : { ca: mqttCa }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
