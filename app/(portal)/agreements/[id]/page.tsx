import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Agreement } from "#components/trust/agreement.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.agreement") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Agreement id={(await params).id} />
);

export default Page;
