/** The signs of the picker, by what they are about; a few hundred that people use, not all there are. */
export const EMOJI = {
  faces:
    '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😛 😜 🤗 🤭 🤫 🤔 😐 😏 😒 🙄 😬 😌 😔 😴 😷 🤒 🤕 🥵 🥶 🥳 😎 🤓 😕 😟 🙁 😮 😳 🥺 😢 😭 😱 😞 😩 😤 😡 🤯 🤝 🫶',
  hands: '👍 👎 👌 🤏 ✌️ 🤞 🤟 🤙 👈 👉 👆 👇 ☝️ ✋ 👋 👏 🙌 🙏 💪 ✍️ 🫡 👀 🧑 👩 👨 👶 👵 👴 👪 💁 🙋 🤷 🤦',
  hearts: '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 🤎 💔 💕 💖 💯 💥 ✨ ⭐ 🌟 🔥 🎉 🎊 🎁 🏆 🥇 🎂 🎈',
  nature:
    '🌞 🌤️ ☁️ 🌧️ ⛄ ❄️ 🌈 🌊 🌱 🌲 🌳 🌴 🌵 🌷 🌹 🌻 🌸 🍀 🍂 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐷 🐸 🐵 🐔 🐦 🦉 🐝 🦋 🐢 🐟 🐬 🐘 🦒 🐎',
  food: '🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🍒 🍑 🥑 🥕 🌽 🥔 🍞 🥐 🧀 🥚 🍳 🥓 🍔 🍟 🍕 🌭 🥪 🌮 🥗 🍝 🍜 🍣 🍰 🍪 🍫 🍦 ☕ 🍵 🍺 🍷 🥂 🥤',
  places: '🏠 🏢 🏬 🏭 🏥 🏫 🏨 ⛪ 🕌 🏖️ ⛰️ 🏝️ 🚗 🚕 🚌 🚆 ✈️ 🚢 🚲 🛵 🚚 📍 🗺️ ⛽ 🚦 🌍 🌙 ⏰ ⌛ ⌚ 📅',
  things:
    '📱 💻 🖨️ 📷 🎧 🔋 💡 🔦 🔧 🔨 🪛 ⚙️ 🔒 🔑 📦 📫 ✉️ 📄 📎 ✏️ 📝 📊 💰 💳 🧾 🛒 🛍️ 👕 👗 👟 👜 💍 🕶️ 🩹 💊 🧼 🎵 📚 ⚽ 🎮',
  signs: '✅ ☑️ ✔️ ❌ ❗ ❓ ⚠️ 🚫 ⛔ ♻️ 🆕 🆗 🔝 🔜 ➡️ ⬅️ ⬆️ ⬇️ 🔄 ➕ ➖ 🔴 🟠 🟡 🟢 🔵 🟣 ⚫ ⚪ ℹ️ ©️ 🏳️ 🇪🇺',
} as const;

export type EmojiGroup = keyof typeof EMOJI;
export const GROUPS = Object.keys(EMOJI) as EmojiGroup[];

const KEY = 'threadline-emoji';
const KEPT = 24;

export function recentEmoji(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function keepEmoji(emoji: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([emoji, ...recentEmoji().filter((one) => one !== emoji)].slice(0, KEPT)));
  } catch {
    // Storage may be refused: then there are no recent ones.
  }
}
