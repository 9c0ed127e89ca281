import {
  BookUser,
  FileSignature,
  Inbox,
  LayoutDashboard,
  OctagonX,
  ScrollText,
  Server,
  Settings,
  UsersRound,
} from "lucide-react";

/** The main places, in the order of the rail. */
export const PLACES = [
  { key: "overview", href: "/", icon: LayoutDashboard },
  { key: "inbox", href: "/inbox", icon: Inbox },
  { key: "directory", href: "/directory", icon: BookUser },
  { key: "agreements", href: "/agreements", icon: FileSignature },
  { key: "circles", href: "/circles", icon: UsersRound },
  { key: "servers", href: "/servers", icon: Server },
  { key: "audit", href: "/audit", icon: ScrollText },
  { key: "emergency", href: "/emergency", icon: OctagonX },
  { key: "settings", href: "/settings", icon: Settings },
] as const;

const UNDER: Readonly<Record<(typeof PLACES)[number]["key"], readonly string[]>> = {
  overview: [],
  inbox: ["/inbox", "/notices", "/changes"],
  directory: ["/directory", "/agencies", "/applications", "/requests", "/upkeep"],
  agreements: ["/agreements"],
  circles: ["/circles"],
  servers: ["/servers", "/diagnose"],
  audit: ["/audit"],
  emergency: ["/emergency"],
  settings: ["/settings"],
};

/** Whether a page lies under that place. */
export const isUnder = (place: (typeof PLACES)[number]["key"], path: string): boolean =>
  place === "overview" ? path === "/" : UNDER[place].some((start) => path === start || path.startsWith(`${start}/`));
