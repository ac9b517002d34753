/**
 * What onarm uses of rclnodejs 2.2, as structural types of our own: the compiler never needs the package, which installs only where a ROS 2 is
 * sourced. What comes in is `unknown` until a codec has looked at it.
 */
export interface RclQos {
  readonly HistoryPolicy: { readonly RMW_QOS_POLICY_HISTORY_KEEP_LAST: number };
  readonly ReliabilityPolicy: {
    readonly RMW_QOS_POLICY_RELIABILITY_RELIABLE: number;
    readonly RMW_QOS_POLICY_RELIABILITY_BEST_EFFORT: number;
  };
  readonly DurabilityPolicy: {
    readonly RMW_QOS_POLICY_DURABILITY_TRANSIENT_LOCAL: number;
    readonly RMW_QOS_POLICY_DURABILITY_VOLATILE: number;
  };
  new (history: number, depth: number, reliability: number, durability: number): object;
}

export interface RclEndpoint {
  readonly node_name: string;
  readonly node_namespace: string;
  readonly topic_type: string;
}

export interface RclPublisher {
  publish(message: unknown): void;
  readonly subscriptionCount: number;
}

export interface RclService {
  readonly template: Record<string, unknown>;
  send(response: unknown): void;
}

export interface RclNode {
  createPublisher(type: string, topic: string, options: { readonly qos: object }): RclPublisher;
  createSubscription(type: string, topic: string, options: { readonly qos: object }, callback: (raw: unknown) => void): object;
  createService(type: string, name: string, callback: (request: unknown, response: RclService) => void): object;
  countPublishers(topic: string): number;
  getPublishersInfoByTopic(topic: string): readonly RclEndpoint[];
  getSubscriptionsInfoByTopic(topic: string): readonly RclEndpoint[];
  spin(timeout: number): void;
  destroy(): void;
}

export interface RclContext {
  readonly domainId: number;
  shutdown(): void;
}

export interface RclGoal {
  readonly request: unknown;
  readonly isCancelRequested: boolean;
  publishFeedback(feedback: unknown): void;
  succeed(): void;
  abort(): void;
  canceled(): void;
}

export interface RclLifecycleNode extends RclNode {
  registerOnConfigure(callback: () => number): void;
  registerOnActivate(callback: () => number): void;
  registerOnDeactivate(callback: () => number): void;
  registerOnCleanup(callback: () => number): void;
  registerOnShutdown(callback: () => number): void;
  createLifecyclePublisher(
    type: string,
    topic: string,
    options: { readonly qos: object },
  ): RclPublisher & {
    activate(): void;
    deactivate(): void;
  };
}

export interface Rcl {
  init(context: RclContext, argv: readonly string[]): Promise<void>;
  removeSignalHandlers(): void;
  readonly Context: new (domain?: number) => RclContext;
  readonly Node: new (name: string, namespace: string, context: RclContext, options: object) => RclNode;
  readonly QoS: RclQos;
}
