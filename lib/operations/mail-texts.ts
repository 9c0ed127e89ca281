/** The mails the portal sends, in both languages at once: their reader has no setting yet. They hold no more than the link. */
type Text = { readonly subject: string; readonly text: string };

export const signInMail = (federation: string, url: string, minutes: number): Text => ({
  subject: `Logga in / Sign in – ${federation}`,
  text: [
    `Öppna länken och tryck på knappen för att logga in. Den gäller i ${minutes} minuter och en gång.`,
    `Har du inte bett om den kan du bortse från brevet.`,
    "",
    `Open the link and press the button to sign in. It holds for ${minutes} minutes, and once.`,
    `If you did not ask for it, ignore this message.`,
    "",
    url,
    "",
  ].join("\n"),
});

export const invitationMail = (federation: string, url: string, days: number): Text => ({
  subject: `Inbjudan / Invitation – ${federation}`,
  text: [
    `Du är inbjuden till ${federation}. Öppna länken, logga in och tryck på knappen. Den gäller i ${days} dagar och en gång.`,
    "",
    `You are invited to ${federation}. Open the link, sign in and press the button. It holds for ${days} days, and once.`,
    "",
    url,
    "",
  ].join("\n"),
});

export const applicationRefusedMail = (federation: string, reason: string): Text => ({
  subject: `Er ansökan / Your application – ${federation}`,
  text: [
    `Er ansökan om att ansluta till ${federation} har avslagits. Skälet står nedan. Ni kan ansöka igen.`,
    "",
    `Your application to join ${federation} was refused, for the reason below. You may apply again.`,
    "",
    reason,
    "",
  ].join("\n"),
});
