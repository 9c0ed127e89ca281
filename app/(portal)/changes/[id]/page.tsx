import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Change } from "#components/changes/changes.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.change") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Change id={(await params).id} />
);

export default Page;
