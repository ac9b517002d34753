import { joinDomain, SPIN } from "../ros.ts";
import { bytesOf } from "./cdr.ts";
import { codecOf, ros2Type } from "./codec.ts";
import type { Messages2, MessageType2 } from "./messages.ts";
import { guarded, qosOf } from "./topics.ts";
import { serveTrajectories } from "./followTrajectory.ts";
import type { TrajectoryServer } from "./followTrajectory.ts";

export interface FaceOptions {
  /** Of the node; its services and its own topics stand below it. */
  readonly name: string;
  readonly domain?: number;
  /** What its parameters say; nobody can set them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What is wrong with what comes, in sentences for people. */
  readonly fault: (text: string) => void;
}

/** A lifecycle node that shows itself to others. Everything is made before `begin`; it publishes while it is active, and serves always. */
export interface Face {
  readonly name: string;
  readonly domain: number;
  publisher<T extends MessageType2>(topic: string, type: T, latching?: boolean): (message: Messages2[T]) => void;
  /** A std_srvs/Trigger; what `work` rejects with is its message. */
  trigger(name: string, work: () => Promise<void>): void;
  trajectories(name: string, server: TrajectoryServer): void;
  /** Whether what is published leaves. */
  active(): boolean;
  /** How many publish a topic now. */
  publishers(topic: string): number;
  /** Configures and activates itself; from then on `ros2 lifecycle` does. */
  begin(): void;
  close(): void;
}

/** Joins a domain with a face. Rejects with "config.invalid". */
export async function openFace({ name, domain, parameters, fault }: FaceOptions): Promise<Face> {
  const { rcl, context } = await joinDomain(domain);
  const options = { startTypeDescriptionService: false, enableRosout: false };
  const node = new rcl.lifecycle.LifecycleNode(name, "", context, options);
  const { SUCCESS } = rcl.lifecycle.CallbackReturnCode;
  let active = false;
  const being = (is: boolean) => () => {
    active = is;
    return SUCCESS;
  };
  node.registerOnConfigure(being(false));
  node.registerOnActivate(being(true));
  node.registerOnDeactivate(being(false));
  node.registerOnCleanup(being(false));
  node.registerOnShutdown(being(false));
  const { PARAMETER_STRING } = rcl.ParameterType;
  for (const [key, value] of Object.entries(parameters))
    node.declareParameter(
      new rcl.Parameter(key, PARAMETER_STRING, value),
      new rcl.ParameterDescriptor(key, PARAMETER_STRING, "what this run was started with", true),
    );
  return {
    name: `/${name}`,
    domain: Number(context.domainId),
    publisher(topic, type, latching = false) {
      const [codec, bytes] = [codecOf(type), bytesOf(type)];
      const qos = new rcl.QoS(...qosOf(rcl.QoS, "speak", latching ? "latched" : "stream"));
      const publisher = node.createPublisher(ros2Type(type), topic, { qos });
      return guarded(fault, topic, (message) => {
        if (active) publisher.publish(bytes.encode(codec.write(message)));
      });
    },
    trigger(service, work) {
      node.createService("std_srvs/srv/Trigger", service, (_request, response) => {
        const answer = guarded<{ success: boolean; message: string }>(fault, service, (it) => response.send(it));
        void work().then(
          () => answer({ success: true, message: "" }),
          (error: Error) => answer({ success: false, message: error.message }),
        );
      });
    },
    trajectories: (action, server) => serveTrajectories(rcl, node, action, server),
    active: () => active,
    publishers: (topic) => node.countPublishers(topic),
    begin() {
      node.spin(SPIN);
      node.configure();
      node.activate();
    },
    close: () => guarded<void>(fault, "closing", () => context.shutdown())(),
  };
}
