/** The emoji and what they are called: a kilobyte that only who writes needs. Imports nothing. */
export const NAMES = `smile 🙂|grin 😀|joy 😂|laughing 😆|sweat_smile 😅|wink 😉|blush 😊|innocent 😇|heart_eyes 😍
star_struck 🤩|kissing_heart 😘|yum 😋|hug 🤗|thinking 🤔|neutral 😐|smirk 😏|roll_eyes 🙄|relieved 😌|sleeping 😴
sick 😷|party 🥳|cool 😎|nerd 🤓|confused 😕|worried 😟|sad 🙁|surprised 😮|pleading 🥺|cry 😢|sob 😭|scream 😱
angry 😡|mind_blown 🤯|shrug 🤷|facepalm 🤦|thumbs_up 👍|+1 👍|thumbs_down 👎|-1 👎|ok_hand 👌|victory ✌️|fingers_crossed 🤞
point_right 👉|point_down 👇|wave 👋|raised_hand ✋|clap 👏|raised_hands 🙌|handshake 🤝|pray 🙏|thanks 🙏|muscle 💪
heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|black_heart 🖤|broken_heart 💔
hundred 💯|sparkles ✨|dog 🐶|cat 🐱|bear 🐻|fox 🦊|unicorn 🦄|bee 🐝|butterfly 🦋|blossom 🌸|sunflower 🌻|tree 🌲|clover 🍀
earth 🌍|moon 🌙|star ⭐|sun ☀️|cloud ⛅|rain 🌧️|snowflake ❄️|fire 🔥|rainbow 🌈|apple 🍎|pizza 🍕|cake 🍰|cookie 🍪
coffee ☕|tea 🍵|beer 🍺|cheers 🥂|tada 🎉|gift 🎁|balloon 🎈|trophy 🏆|ball ⚽|music 🎵|car 🚗|airplane ✈️|rocket 🚀|house 🏠
office 🏢|package 📦|cart 🛒|credit_card 💳|money 💰|phone 📱|computer 💻|printer 🖨️|camera 📷|idea 💡|key 🔑|lock 🔒
wrench 🔧|pin 📌|paperclip 📎|calendar 📅|alarm ⏰|envelope ✉️|telephone 📞|bell 🔔|check ✅|cross ❌|exclamation ❗|question ❓
warning ⚠️|arrow_right ➡️|recycle ♻️`;
