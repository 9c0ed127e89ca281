import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { PaperBatch } from "#components/paper/paper-batch.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("paper.batch") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <PaperBatch id={(await params).id} />
);

export default Page;
