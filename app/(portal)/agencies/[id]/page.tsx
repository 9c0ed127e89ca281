import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Agency } from "#components/directory/agency.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.agency") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Agency id={(await params).id} />
);

export default Page;
