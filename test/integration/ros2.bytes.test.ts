import { parse } from "@foxglove/rosmsg";
import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { joinDomain, openRos2, SPIN } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import type { RclContext, RclNode } from "../../robot/ros2/client.ts";
import { codecOf, ros2Type } from "../../robot/ros2/codec.ts";
import { definitionOf, types2 } from "../../robot/ros2/messages.ts";
import type { MessageType2 } from "../../robot/ros2/messages.ts";
import { until } from "../support/mosquitto.ts";
import { ros2Domain } from "../support/ros2.ts";

type Definitions = ReturnType<typeof parse>;
type Field = Definitions[number]["definitions"][number];

/** A message in which no two values are alike, as far as their kinds allow. */
function sample(type: MessageType2): unknown {
  const definitions = parse(definitionOf(type));
  let n = 0;
  const one = ({ type: kind, isComplex }: Field): unknown => {
    if (isComplex) return whole(definitions.find(({ name }) => name === kind)!.definitions);
    if (kind === "string") return `text ${++n}`;
    if (kind === "bool") return ++n % 2 === 0;
    if (kind === "time" || kind === "duration") return { sec: ++n, nsec: ++n };
    return kind.startsWith("float") ? ++n / 4 : ++n;
  };
  const whole = (fields: readonly Field[]): unknown =>
    Object.fromEntries(
      fields
        .filter(({ isConstant }) => isConstant !== true)
        .map((field) => [
          field.name,
          field.name === "seq" ? 0 : field.isArray ? [one(field), one(field), one(field)] : one(field),
        ]),
    );
  return whole(definitions.find(({ name }) => name === undefined)?.definitions ?? []);
}
/** Typed rows as rows. */
const plain = (message: unknown): unknown =>
  JSON.parse(
    JSON.stringify(message, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value)),
  );

describe("our bytes of messages, beside the client library's own", function () {
  this.timeout(60_000);
  let node: Ros2;
  let theirs: RclNode;
  let context: RclContext;
  let qos: object;
  before(async function () {
    const domain = ros2Domain(this, "intera_core_msgs");
    node = await openRos2({ name: "ours", domain });
    const joined = await joinDomain(domain);
    context = joined.context;
    theirs = new joined.rcl.Node(`theirs_${process.pid}`, "", context, { startParameterServices: false });
    const { QoS } = joined.rcl;
    qos = new QoS(
      1,
      10,
      QoS.ReliabilityPolicy.RMW_QOS_POLICY_RELIABILITY_RELIABLE,
      QoS.DurabilityPolicy.RMW_QOS_POLICY_DURABILITY_VOLATILE,
    );
    theirs.spin(SPIN);
  });
  after(async () => {
    context?.shutdown();
    await node?.close();
  });

  for (const type of types2)
    it(`${type}: each reads what the other wrote`, async () => {
      const topic = `/${type.replace("/", "_").toLowerCase()}`;
      const message = sample(type) as never;
      const written = codecOf(type).write(message);

      const publisher = theirs.createPublisher(ros2Type(type), `${topic}_theirs`, { qos });
      const heard = firstValueFrom(node.hear(`${topic}_theirs`, type).message$);
      await until("our ear", () => publisher.subscriptionCount > 0);
      publisher.publish(written);
      expect(plain(await heard)).to.deep.equal(plain(message));

      let read: unknown;
      theirs.createSubscription(ros2Type(type), `${topic}_ours`, { qos, isRaw: false }, (it) => (read = it));
      const speaking = await node.speak(`${topic}_ours`, type);
      await until("their ear", () => speaking.subscribers().length > 0);
      speaking.publish(message);
      await until("their reading", () => read !== undefined);
      if (type !== "std_msgs/Empty") expect(plain(read)).to.deep.equal(plain(written));
    });
});
