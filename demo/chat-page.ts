/** The chat page: plain, without a framework, in Swedish and English. It is part of the demo, not of the product. */
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0;padding:1rem 1.5rem}
header p{margin:.25rem 0 1rem;max-width:60rem}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
section{border:1px solid GrayText;border-radius:.5rem;padding:1rem;display:flex;flex-direction:column;min-height:24rem}
h1{font-size:1.375rem;margin:0}h2{font-size:1.125rem;margin:0 0 .5rem}
ol{list-style:none;margin:0;padding:0;flex:1;overflow:auto;max-height:24rem}
li{padding:.25rem 0;border-bottom:1px solid color-mix(in srgb,GrayText 30%,transparent)}
li b{display:block;font-size:.875rem}
.status{min-height:3rem;padding:.5rem;border-left:.25rem solid GrayText;margin:.5rem 0}
form{display:flex;gap:.5rem;flex-wrap:wrap;align-items:end}
label{flex:1 1 12rem;display:block}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid GrayText;border-radius:.25rem}
button{font:inherit;padding:.5rem .875rem;min-height:2.5rem;border:1px solid;border-radius:.25rem;background:Canvas;color:LinkText;cursor:pointer}
:focus-visible{outline:3px solid LinkText;outline-offset:2px}
.label{display:inline-block;padding:.125rem .5rem;border:1px solid;border-radius:.25rem;font-size:.875rem}`;

const TEXTS = {
  sv: {
    title: "Demochatt: två myndigheter, två hemservrar",
    about:
      "Skicka ett meddelande från den ena sidan till den andra. Dörren mellan servrarna öppnas och stängs i portalen.",
    message: "Meddelande",
    send: "Skicka",
    invite: "Bjud in den andra till ett nytt rum",
    none: "Inga meddelanden ännu.",
    sent: "Skickat.",
    refused: "Servern nekade: ",
    invited: "Inbjudan kom fram och den andra är med i rummet.",
    noRoom: "Det finns inget gemensamt rum ännu: bjud in först.",
    other: '<a href="?lang=en" lang="en">In English</a>',
  },
  en: {
    title: "Demo chat: two agencies, two homeservers",
    about: "Send a message from one side to the other. The door between the servers is opened and shut in the portal.",
    message: "Message",
    send: "Send",
    invite: "Invite the other to a new room",
    none: "No messages yet.",
    sent: "Sent.",
    refused: "The server refused: ",
    invited: "The invitation arrived and the other has joined the room.",
    noRoom: "There is no common room yet: invite first.",
    other: '<a href="?lang=sv" lang="sv">På svenska</a>',
  },
} as const;
export type ChatLanguage = keyof typeof TEXTS;

const SCRIPT = `const T=JSON.parse(document.getElementById("texts").textContent);
const sides=[...document.querySelectorAll("section")];
const say=(side,text)=>{side.querySelector(".status").textContent=text};
const post=async(path,body)=>(await fetch(path,{method:"POST",headers:{"content-type":"application/json"},body:JSON.stringify(body)})).json();
const show=(side,messages)=>{const list=side.querySelector("ol");const key=messages.map(m=>m.id).join();if(list.dataset.key===key)return;list.dataset.key=key;
list.replaceChildren(...messages.map(m=>{const item=document.createElement("li");const who=document.createElement("b");who.textContent=m.sender;item.append(who,m.text);return item}));list.scrollTop=list.scrollHeight};
const tick=async()=>{try{const state=await(await fetch("state")).json();for(const side of sides)show(side,state[side.dataset.side])}catch{}setTimeout(tick,500)};
for(const side of sides){side.querySelector("form").addEventListener("submit",async event=>{event.preventDefault();const input=side.querySelector("input");
const answer=await post("send",{side:side.dataset.side,text:input.value});say(side,answer.ok?T.sent:answer.room===false?T.noRoom:T.refused+answer.status+" "+(answer.errcode??"")+" "+(answer.error??""));if(answer.ok)input.value=""});
side.querySelector(".invite").addEventListener("click",async()=>{const answer=await post("invite",{side:side.dataset.side});say(side,answer.ok?T.invited:T.refused+answer.status+" "+(answer.errcode??"")+" "+(answer.error??""))})}
tick();`;

export type ChatSide = { readonly key: string; readonly name: string; readonly userId: string };

const side = ({ key, name, userId }: ChatSide, t: (typeof TEXTS)[ChatLanguage]): string => `
<section data-side="${key}" aria-labelledby="${key}-name">
<h2 id="${key}-name">${name} <small>${userId}</small></h2>
<ol aria-label="${name}" aria-live="polite"></ol>
<p class="status" role="status"></p>
<form><label>${t.message}<input name="text" required maxlength="2000" autocomplete="off"></label><button>${t.send}</button></form>
<p><button type="button" class="invite">${t.invite}</button></p>
</section>`;

/** The whole page, and the two texts whose hashes its policy allows. */
export const chatPage = (sides: readonly ChatSide[], language: ChatLanguage) => {
  const t = TEXTS[language];
  return {
    style: STYLE,
    script: SCRIPT,
    html: `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${t.title}</title><style>${STYLE}</style></head>
<body><header><p class="label">DEMO</p><h1>${t.title}</h1><p>${t.about} ${t.other}</p></header>
<main>${sides.map((each) => side(each, t)).join("")}</main>
<script type="application/json" id="texts">${JSON.stringify(t).replaceAll("<", "\\u003c")}</script>
<script>${SCRIPT}</script></body></html>`,
  };
};
