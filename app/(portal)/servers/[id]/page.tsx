import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Homeserver } from "#components/homeservers/homeserver.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.server") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Homeserver id={(await params).id} />
);

export default Page;
