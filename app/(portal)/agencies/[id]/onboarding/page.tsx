import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Onboarding } from "#components/directory/onboarding.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("onboarding.title") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Onboarding id={(await params).id} />
);

export default Page;
