import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { RedeemLink } from "#components/entry/redeem.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("redeemLink.title") });

const Page = () => <RedeemLink />;

export default Page;
