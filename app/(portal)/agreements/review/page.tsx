import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { ReviewMany } from "#components/trust/review-many.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.reviewMany") });

const Page = () => <ReviewMany />;

export default Page;
