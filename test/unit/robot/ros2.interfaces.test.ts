import { md5, parse } from "@foxglove/rosmsg";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { parse as yaml } from "yaml";
import { definitionOf, types } from "../../../robot/ros1/messages.ts";
import { md5Of } from "../../../robot/ros1/topics.ts";
import { ros2Name } from "../../../robot/ros2/codec.ts";

const home = new URL("../../../robot/interfaces/intera_core_msgs/", import.meta.url);
const names = readdirSync(new URL("msg/", home)).map((file) => file.replace(".msg", ""));
const textOf = (name: string) => readFileSync(new URL(`msg/${name}.msg`, home), "utf8");
const used = types.filter((type) => type.startsWith("intera_core_msgs/"));

interface Rule {
  readonly ros1_message_name?: string;
  readonly ros2_message_name?: string;
  readonly fields_1_to_2?: Readonly<Record<string, string>>;
}
const rules = yaml(readFileSync(new URL("mapping_rules.yaml", home), "utf8")) as readonly Rule[];
/** Field names of ROS 1 by those of ROS 2, where they differ. */
const renamed = (name: string): ReadonlyMap<string, string> =>
  new Map(Object.entries(rules.find((it) => it.ros2_message_name === name)?.fields_1_to_2 ?? {}).map(([one, two]) => [two, one]));

const fieldsOf = (type: string) =>
  parse(definitionOf(type as (typeof types)[number]))[0]!.definitions.filter(({ isConstant }) => !isConstant);

/** A message of ours with all it uses, as ROS 1 would define it. */
const inRos1 = (name: string): string => {
  const back = renamed(name);
  const line = (text: string) =>
    text
      .replace("builtin_interfaces/Time", "time")
      .replace(/^(\S+\s+)(\w+)$/, (_, type, field) => `${type}${back.get(field) ?? field}`);
  return textOf(name)
    .split("\n")
    .filter((text) => text !== "" && !text.startsWith("#"))
    .map(line)
    .join("\n");
};
/** The parts that a definition of ROS 1 brings along: the standard ones as they are, ours in place of its own. */
const whole = (type: string): string => {
  const [, ...parts] = definitionOf(type as (typeof types)[number]).split(`\n${"=".repeat(80)}\n`);
  const ours = parts.map((part) => {
    const own = /^MSG: intera_core_msgs\/(\w+)/.exec(part)?.[1];
    return own === undefined ? part : `MSG: intera_core_msgs/${own}\n${inRos1(own)}`;
  });
  return [inRos1(type.split("/")[1]!), ...ours].join(`\n${"=".repeat(80)}\n`);
};

describe("the ROS 2 package of Intera's messages", () => {
  it("has every message of Intera's that is used", () =>
    expect(names).to.include.members(used.map((type) => type.split("/")[1]!)));
  for (const type of used)
    it(`${type} is the robot's own, to the md5 sum`, () => expect(md5(parse(whole(type)))).to.equal(md5Of(type)));
  it("a definition that differs in one field would be noticed", () =>
    expect(md5(parse(whole("intera_core_msgs/JointCommand").replace("float64[] effort", "float64[] efforts")))).not.to.equal(
      md5Of("intera_core_msgs/JointCommand"),
    ));
  it("has no field name that ROS 2 forbids", () => {
    for (const name of names)
      for (const { name: field, isConstant } of parse(textOf(name), { ros2: true, skipTypeFixup: true })[0]!.definitions)
        if (isConstant !== true) expect(field, name).to.match(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });
  it("a rule names each message of which a field had to be renamed, with every field of it", () => {
    const capital = used.filter((type) => fieldsOf(type).some(({ name }) => ros2Name(name) !== name));
    const ruled = rules.flatMap(({ ros1_message_name: name, fields_1_to_2: fields }) => (name && fields ? [name] : []));
    expect(ruled.sort()).to.deep.equal(capital.map((type) => type.split("/")[1]!).sort());
    for (const type of capital) {
      const rule = rules.find((it) => it.ros1_message_name === type.split("/")[1])!;
      expect(rule.fields_1_to_2).to.deep.equal(Object.fromEntries(fieldsOf(type).map(({ name }) => [name, ros2Name(name)])));
    }
  });
});
