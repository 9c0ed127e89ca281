import { elementEssConnector } from "./element-ess/connector.ts";
import { rocketchatConnector } from "./rocketchat/connector.ts";
import type { ConnectorFactory } from "./settings.ts";
import { synapseConnector } from "./synapse/connector.ts";

/** Every kind of enforcement point that this product can speak with. */
const CONNECTORS = {
  synapse_module: synapseConnector,
  element_ess: elementEssConnector,
  rocketchat: rocketchatConnector,
} as const satisfies Record<string, ConnectorFactory>;

export type ConnectorKind = keyof typeof CONNECTORS;

const isKind = (kind: string): kind is ConnectorKind => Object.hasOwn(CONNECTORS, kind);

/** The factory of a kind; undefined for one that this version does not know. */
export const connectorFor = (kind: string): ConnectorFactory | undefined =>
  isKind(kind) ? CONNECTORS[kind] : undefined;
