import { createRequire } from "node:module";
import { parse } from "@foxglove/rosmsg";
import { expect } from "chai";
import { urdf } from "../../../launch/foxglove/urdf.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { channel, channels, shown, told } from "../../support/foxgloveTold.ts";
import { practising, stopped } from "../../support/pageStates.ts";

// What the makers of the viewers publish of their own messages, and of those of ROS 2 Humble.
const require = createRequire(import.meta.url);
const official = require("@foxglove/schemas/jsonschema") as Record<string, Node>;
const { ros2humble } = require("@foxglove/rosmsg-msgs-common") as {
  ros2humble: Record<string, { definitions: { name: string; type: string; isArray?: boolean }[] }>;
};

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

interface Line {
  readonly level: number;
  readonly message: string;
  readonly name: string;
  readonly timestamp: { readonly sec: number };
}

describe("what viewers are told of the log", () => {
  const fault = (n: number, over: object = {}) => ({
    n,
    wall: "2026-01-02T03:04:05.000Z",
    level: "fault" as const,
    code: "state.stale",
    text: "No joint states.",
    remedy: "Look at the link.",
    ...over,
  });

  it("is each fault once, at its own time, and to a newcomer all that is still known", () => {
    const one = { ...practising, faults: [fault(1), fault(2, { level: "warn", code: "storage.low", text: "The disk fills." })] };
    const lines = told<Line>("/onarm/log", shown(one));
    expect(lines.map(({ level, name }) => [level, name])).to.deep.equal([
      [4, "state.stale"],
      [3, "storage.low"],
      [2, "mode"],
    ]);
    expect(lines[0]!.message).to.equal("No joint states. Look at the link.");
    expect(lines[0]!.timestamp.sec).to.equal(Date.parse("2026-01-02T03:04:05Z") / 1000);
    const two = { ...one, faults: [...one.faults, fault(3, { wall: "no time" })] };
    const [only, ...others] = told<Line>("/onarm/log", shown(two), shown(one));
    expect(only).to.include({ level: 4 });
    expect(only!.timestamp.sec).to.equal(1_700_000_000);
    expect(others).to.deep.equal([]);
    expect(told("/onarm/log", shown(two), shown(two))).to.deep.equal([]);
  });

  it("is every change of mode, a stop as an error, a hold as a warning", () => {
    const [line] = told<Line>("/onarm/log", shown(stopped), shown(practising));
    expect(line).to.include({ level: 4, name: "mode", message: `stopped: ${stopped.reason}` });
    expect(told<Line>("/onarm/log", shown({ ...practising, mode: "holding" }), shown(practising))[0]).to.include({ level: 3 });
    expect(told<Line>("/onarm/log", shown({ ...stopped, mode: "idle" }), shown(stopped))[0]).to.include({ level: 2 });
  });
});

describe("the schemas that viewers are given", () => {
  for (const [name, topic] of [
    ["SceneUpdate", "/onarm/scene"],
    ["Log", "/onarm/log"],
  ] as const)
    it(`of foxglove.${name} name only what its makers name, and all of it`, () => {
      const compare = (ours: Node, theirs: Node, where: string) => {
        expect(ours.type, where).to.equal(theirs.type ?? ours.type);
        // Lists that stay empty say nothing of what would be in them.
        const [mine, yours] = [Object.keys(ours.properties ?? {}), Object.keys(theirs.properties ?? {})];
        if (mine.length > 0) expect(mine.sort(), where).to.deep.equal(yours.sort());
        for (const key of mine) compare(ours.properties![key]!, theirs.properties![key]!, `${where}.${key}`);
        if (ours.items) compare(ours.items, theirs.items!, `${where}[]`);
      };
      compare(JSON.parse(channel(topic).schema) as Node, official[name]!, name);
    });

  for (const { topic, schema, schemaName } of channels.filter(({ encoding }) => encoding === "cdr"))
    it(`of ${topic} are those of ROS 2, field by field`, () => {
      const plain = (name: string) => name.replace("/msg/", "/");
      const definitions = parse(schema, { ros2: true });
      for (const [i, { name, definitions: fields }] of definitions.entries()) {
        const theirs = ros2humble[plain(i === 0 ? schemaName : name!)]!;
        const bare = (list: typeof theirs.definitions) =>
          list.map(({ name, type, isArray }) => [name, plain(type).replace(/^builtin_interfaces\//, ""), !!isArray]);
        expect(bare(fields as typeof theirs.definitions)).to.deep.equal(bare(theirs.definitions));
      }
    });

  it("hold nothing that a viewer's reader of JSON Schema gives up on", () => {
    const check = (node: Node, where: string): void => {
      expect(["object", "array", "string", "number", "integer", "boolean"], where).to.include(node.type);
      if (node.type === "object") expect(node.properties, where).to.be.an("object");
      if (node.type === "array") expect(["array", undefined], where).to.not.include(node.items?.type);
      for (const [key, child] of Object.entries(node.properties ?? {})) check(child, `${where}.${key}`);
      if (node.items) check(node.items, `${where}[]`);
    };
    for (const { topic, schema } of channels.filter(({ encoding }) => encoding === "json")) {
      expect((JSON.parse(schema) as Node).type).to.equal("object");
      check(JSON.parse(schema) as Node, topic);
    }
  });

  it("name every topic once", () => {
    const topics = channels.map(({ topic }) => topic);
    expect(new Set(topics).size).to.equal(topics.length);
  });
});

describe("the arm's description for viewers", () => {
  it("is a URDF with every link, every joint and its limits, and no child twice", () => {
    const text = urdf(sawyer);
    const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);
    expect(all(/<link name="([^"]+)">/g)).to.deep.equal(sawyer.links.map(({ name }) => name));
    expect(all(/<joint name="([^"]+)"/g)).to.deep.equal(sawyer.joints.map(({ name }) => name));
    expect(new Set(all(/<child link="([^"]+)"/g)).size).to.equal(sawyer.joints.length);
    expect(text).to.include('<limit lower="-3.05');
  });

  it("escapes what XML would take for its own", () => {
    expect(urdf({ ...sawyer, name: 'a<b>&"c"' })).to.include('<robot name="a&lt;b&gt;&amp;&quot;c&quot;">');
  });
});

describe("the plots that viewers are given", () => {
  it("leave out what is not known and what is no number", () => {
    const [reward] = told<object>("/onarm/reward", shown({ ...practising, reward: { decoded: NaN, given: true } }));
    expect(reward).to.deep.equal({ given: true });
    expect(told("/onarm/reward", shown(practising))).to.deep.equal([]);
  });

  it("hold the newest point of each curve", () => {
    const [{ curves }] = told<{ curves: { name: string; x: number }[] }>("/onarm/curves", shown(practising)) as [
      { curves: { name: string; x: number }[] },
    ];
    expect(curves.map(({ name, x }) => [name, x])).to.deep.equal(
      practising.series.map(({ name, points }) => [name, points.at(-1)![0]]),
    );
  });
});
