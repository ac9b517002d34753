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
  /** `isRaw`: bytes come as they are on the wire; a Buffer that is published goes as it is. */
  createSubscription(
    type: string,
    topic: string,
    options: { readonly qos: object; readonly isRaw: boolean },
    callback: (raw: unknown) => void,
  ): object;
  createService(type: string, name: string, callback: (request: unknown, response: RclService) => void): object;
  countPublishers(topic: string): number;
  getPublishersInfoByTopic(topic: string): readonly RclEndpoint[];
  getSubscriptionsInfoByTopic(topic: string): readonly RclEndpoint[];
  spin(timeout: number): void;
  destroy(): void;
}

export interface RclContext {
  readonly domainId: bigint;
  shutdown(): void;
}

export interface RclGoal {
  readonly request: unknown;
  readonly isCancelRequested: boolean;
  execute(): void;
  publishFeedback(feedback: unknown): void;
  succeed(): void;
  abort(): void;
  canceled(): void;
}

export interface RclAction {
  readonly Feedback: new (plain: unknown) => object;
  readonly Result: new (plain: unknown) => object;
}

export interface RclLifecycleNode extends RclNode {
  registerOnConfigure(callback: () => number): void;
  registerOnActivate(callback: () => number): void;
  registerOnDeactivate(callback: () => number): void;
  registerOnCleanup(callback: () => number): void;
  registerOnShutdown(callback: () => number): void;
  configure(): unknown;
  activate(): unknown;
  declareParameter(parameter: object, descriptor: object): unknown;
}

export interface Rcl {
  init(context: RclContext, argv: readonly string[]): Promise<void>;
  removeSignalHandlers(): void;
  /** The class of an action type. */
  require(type: string): RclAction;
  /** The domain as a bigint: a number is ignored without a word. */
  readonly Context: new (domain: bigint | undefined) => RclContext;
  readonly Node: new (name: string, namespace: string, context: RclContext, options: object) => RclNode;
  readonly QoS: RclQos;
  readonly lifecycle: {
    readonly LifecycleNode: new (name: string, namespace: string, context: RclContext, options: object) => RclLifecycleNode;
    readonly CallbackReturnCode: { readonly SUCCESS: number };
  };
  readonly ActionServer: new (
    node: RclNode,
    type: string,
    name: string,
    execute: (goal: RclGoal) => Promise<object>,
    goal: (request: unknown) => number,
    accepted: (goal: RclGoal) => void,
    cancel: () => number,
  ) => object;
  readonly GoalResponse: { readonly ACCEPT: number; readonly REJECT: number };
  readonly CancelResponse: { readonly ACCEPT: number };
  readonly Parameter: new (name: string, type: number, value: string) => object;
  readonly ParameterType: { readonly PARAMETER_STRING: number };
  readonly ParameterDescriptor: new (name: string, type: number, description: string, readOnly: boolean) => object;
}
