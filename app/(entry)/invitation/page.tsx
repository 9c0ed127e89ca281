import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Invitation } from "#components/entry/redeem.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("invitation.title") });

const Page = () => <Invitation />;

export default Page;
