import { askForRobotiq, listenAt, listPorts, type Listened, type PortFound } from "../../robot/findPorts.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import { number, type Verb } from "../cli.ts";

interface Options {
  readonly seconds: number;
  readonly ask?: boolean;
}

export const verb: Verb<Options> = {
  name: "find-port",
  summary: "list the serial ports of this machine and say on which one a stop box speaks",
  options: (command) => {
    command
      .argument("[port]", "listen at this one alone, be it listed or not")
      .option(
        "--seconds <s>",
        "how long to listen; many boards start anew when they are opened",
        number({ min: 0.2, max: 60 }),
        3,
      )
      .option("--ask", "ask for a Robotiq gripper as well; unlike listening, that writes to each port");
  },
  run: async ({ seconds: patience, ask }, context) => {
    const [named] = context.args;
    const ports: readonly PortFound[] = named === undefined ? await listPorts() : [{ path: named }];
    if (ports.length === 0)
      context.log("This machine has no serial port: plug the stop box in, or pass its device into the container.");
    const listened = async (path: string): Promise<Listened> => {
      const heard = await listenAt(path, seconds(patience), context.signal);
      if (heard.speaks !== null || ask !== true || context.signal.aborted) return heard;
      return (await askForRobotiq(path)) ? { speaks: "robotiq", heard: "a Robotiq gripper" } : heard;
    };
    const found = await Promise.all(
      ports.map(async (port) => {
        // A port that was named is an argument; one that was only listed may be busy, and the others matter.
        const heard = await listened(port.path).catch((error: unknown) => {
          if (named !== undefined || !isOnarmError(error)) throw error;
          return { speaks: null, heard: error.message.slice(port.path.length + 2) };
        });
        return { ...port, ...heard };
      }),
    );
    for (const { path, manufacturer, heard } of found)
      context.log(`${path}${manufacturer === undefined ? "" : ` (${manufacturer})`}: ${heard}`);
    return { ports: found };
  },
};
