import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { DraftGroup } from "#components/groups/draft-form.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("groups.draftTitle") });

const Page = () => <DraftGroup />;

export default Page;
