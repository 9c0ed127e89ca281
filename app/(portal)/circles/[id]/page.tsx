import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Group } from "#components/groups/group.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.circles") });

const Page = async ({ params }: { readonly params: Promise<{ readonly id: string }> }) => (
  <Group id={(await params).id} />
);

export default Page;
