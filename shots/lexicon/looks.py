"""Looks of people: sex, age, build, height, skin, hair, beards, clothes and what professions wear.

Each table maps the word that an `Appearance` or a `Garment` holds to the other words for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from shots.lexicon.grammar import mapping_of, read_sections


def _table(rows: Mapping[str, str]) -> dict[str, str]:
    """From {value: "word, other word"} to {word: value}; each value names itself too."""
    table = {name: name for name in rows}
    for name, words in rows.items():
        table |= {word.strip(): name for word in words.split(",") if word.strip()}
    return table


SEXES: Mapping[str, str] = _table({
    "male": "man, men, boy, gentleman, guy, he, his, him, father, dad, daddy, grandfather, "
    "grandpa, husband, boyfriend, son, brother, uncle, nephew, grandson, king, prince, lord, mr, "
    "sir, bloke, lad, groom, waiter, actor, fisherman, businessman, policeman, fireman, salesman, "
    "cowboy, monk, widower, schoolboy, prophet, wizard, sorcerer, emperor, duke, santa, "
    "bridegroom, bishop, friar, pope, stewards, barman, postman, cameraman, old man",
    "female": "woman, women, girl, lady, she, her, hers, mother, mum, mom, grandmother, grandma, "
    "wife, girlfriend, daughter, sister, aunt, niece, granddaughter, queen, princess, mrs, ms, "
    "miss, madam, bride, witch, sorceress, empress, duchess, countess, maid, chambermaid, "
    "mermaid, hostess, housemaid, spacewoman, superheroine, waitress, actress, businesswoman, "
    "policewoman, stewardess, nun, ballerina, widow, schoolgirl, lass, barmaid, housewife, "
    "heroine, saleswoman, brunette",
})  # fmt: skip

AGES: Mapping[str, float] = {
    "baby": 1, "infant": 1, "toddler": 2.5, "little": 6, "small child": 4, "child": 8, "kid": 8,
    "boy": 9, "girl": 9, "son": 9, "daughter": 9,
    "little boy": 6, "little girl": 6, "young boy": 7, "young girl": 7,
    "schoolboy": 10, "schoolgirl": 10, "pupil": 10, "preteen": 11, "teen": 16, "teenage": 16,
    "teenager": 16, "teenage boy": 16, "teenage girl": 16, "adolescent": 15, "student": 21,
    "young": 25, "youthful": 25, "young adult": 22, "lad": 19, "lass": 19, "adult": 35,
    "grown up": 35, "middle aged": 48, "mature": 50, "ageing": 60, "aging": 60, "older": 62,
    "old": 72, "elderly": 77, "senior": 70, "aged": 75, "ancient": 86, "pensioner": 70,
    "grandmother": 70, "grandma": 70, "grandfather": 72, "grandpa": 72, "retired": 67,
    "young woman": 25, "young man": 25, "old man": 73, "old woman": 73, "old lady": 74,
}  # fmt: skip
_COUNTED = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty"""
NUMBERS: Mapping[str, int] = {word: value for value, word in enumerate(_COUNTED.split())} | {
     "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
     "ninety": 90}  # fmt: skip
DECADES: Mapping[str, int] = {
    "teens": 15, "twenties": 25, "thirties": 35, "forties": 45, "fifties": 55, "sixties": 65,
    "seventies": 75, "eighties": 85, "nineties": 92, "20s": 25, "30s": 35, "40s": 45, "50s": 55,
    "60s": 65, "70s": 75, "80s": 85,
}  # fmt: skip

BUILDS: Mapping[str, str] = _table({
    "thin": "skinny, gaunt, lanky, bony, scrawny, frail, emaciated, wiry, haggard",
    "slim": "slender, lean, petite, willowy, svelte, slight, lithe",
    "average": "average build, medium build",
    "athletic": "fit, toned, sporty, trim",
    "muscular": "muscly, brawny, burly, strong, powerful, buff, bodybuilder, beefy",
    "stocky": "sturdy, thickset, broad, squat, robust, broad shouldered",
    "heavy": "plump, chubby, stout, portly, overweight, curvy, full figured, heavyset, heavy set, "
    "rotund, big, round, beer belly, pot belly, big belly, pregnant",
    "fat": "obese, corpulent, very fat",
})  # fmt: skip
HEIGHTS: Mapping[str, float] = {  # metres more than others of the same sex and age
    "tall": 0.11, "very tall": 0.18, "towering": 0.2, "giant": 0.24, "short": -0.1, "small": -0.1,
    "tiny": -0.16, "very short": -0.16, "petite": -0.09, "lanky": 0.1, "medium height": 0.0,
    "average height": 0.0, "huge": 0.16,
}  # fmt: skip
SKINS: Mapping[str, str] = _table({
    "pale": "white, porcelain, ashen, pallid, scandinavian",
    "light": "fair, light skinned, caucasian, european, pink, rosy",
    "olive": "mediterranean, asian, east asian, chinese, japanese, korean, sallow",
    "tan": "tanned, sun tanned, suntanned, bronzed, latina, latino, hispanic, weathered, golden",
    "brown": "indian, south asian, arab, middle eastern, brown skinned",
    "dark": "dark skinned, african",
    "black": "black skinned, ebony", "silver": "metallic",
    "undead": "rotten, decaying, zombie like", "green": "green skinned",
})  # fmt: skip

HAIRS: Mapping[str, str] = _table({
    "bald": "bald, hairless, shaved head, shaven headed, bald headed, shaven head, shaven",
    "cropped": "buzz cut, buzzcut, crew cut, close cropped, very short, shorn, military cut",
    "short": "pixie cut, short cropped, side parted, neat, tidy, spiky, messy, tousled, undercut",
    "bob": "chin length, bobbed",
    "medium": "shoulder length, mid length, wavy, medium length",
    "long": "waist length, flowing, straight, very long, loose, dreadlocks, dreads",
    "ponytail": "pony tail, tied back, pulled back, pigtails",
    "bun": "chignon, top knot, topknot, hair up, updo, pinned up, knot",
    "curly": "curls, frizzy, short curly, ringlets, kinky, curled",
    "long curly": "long wavy, long curls, wild, big",
    "afro": "", "braids": "plaits, braided, cornrows, plait, braid",
    "balding": "receding, thinning, receding hairline, tonsure", "mohawk": "mohican, punk",
    "slicked": "slicked back, slick, gelled, combed back, greased",
})  # fmt: skip
HAIR_COLOURS: Mapping[str, str] = _table({
    "black": "jet black, raven, dark", "dark brown": "brunette, espresso",
    "brown": "chestnut, chocolate, hazel", "light brown": "sandy, mousy, caramel, honey",
    "blonde": "blond, fair, golden, platinum, strawberry blonde, flaxen, light, yellow",
    "red": "ginger, copper, redheaded, orange, redhead", "auburn": "mahogany",
    "grey": "gray, greying, graying, silver, salt and pepper, steel grey, ash",
    "white": "snow white, snowy", "blue": "", "pink": "", "green": "", "purple": "violet",
})  # fmt: skip
BEARDS: Mapping[str, str] = _table({
    "beard": "full beard, bearded, short beard, trimmed beard, bushy beard",
    "long beard": "flowing beard, wizard beard", "moustache": "mustache, moustached, mustached",
    "goatee": "chin beard, van dyke", "stubble": "unshaven, stubbled, five o'clock shadow, stubbly",
})  # fmt: skip

GARMENTS: Mapping[str, str] = _table({
    "shirt": "button down, dress shirt, oxford shirt, work shirt, flannel shirt, denim shirt, "
    "hawaiian shirt",
    "blouse": "silk blouse", "t-shirt": "t shirt, tee, tshirt, tee shirt, top, football shirt, "
    "jersey, football jersey", "tank top": "singlet, vest top, undershirt, crop top, camisole",
    "polo shirt": "polo", "jumper": "sweater, pullover, sweatshirt, knit, fleece, wool jumper",
    "rollneck": "turtleneck, polo neck, roll neck, turtle neck, rollneck sweater, "
    "turtleneck sweater, roll neck sweater",
    "cardigan": "", "hoodie": "hooded sweatshirt, hooded top, hooded jumper",
    "vest": "waistcoat, hi vis vest, gilet, safety vest, bulletproof vest",
    "jacket": "bomber jacket, windbreaker, bomber, track jacket, work jacket, varsity jacket",
    "suit jacket": "blazer, sport coat, sports jacket, dinner jacket, tweed jacket",
    "denim jacket": "jean jacket, jeans jacket", "leather jacket": "biker jacket, leathers",
    "parka": "anorak, puffer, puffer jacket, down jacket, winter jacket, ski jacket",
    "tunic": "uniform jacket, chef's jacket, chef jacket, kitchen jacket, service jacket",
    "coat": "long coat, overcoat, trench coat, trenchcoat, greatcoat, winter coat, wool coat, "
    "fur coat, duffel coat, trench, leather coat, peacoat, pea coat", "cape": "cloak",
    "raincoat": "rain coat, mackintosh, oilskin, oilskins, mac, slicker, poncho, rain jacket, "
    "oilskin raincoat, oilskin coat",
    "robe": "dressing gown, bathrobe, kimono, judge's robe, robes, toga",
    "cassock": "habit, soutane, vestments", "hospital gown": "patient gown",
    "lab coat": "white coat, laboratory coat, doctor's coat",
    "dress": "frock, cocktail dress, shift dress, shirt dress, wrap dress, uniform dress",
    "summer dress": "sundress, sun dress, slip dress, cotton dress",
    "evening dress": "gown, evening gown, ball gown, long dress, maxi dress",
    "wedding dress": "wedding gown, bridal gown",
    "skirt": "pencil skirt, pleated skirt, kilt", "miniskirt": "mini skirt, short skirt",
    "tutu": "ballet skirt, tutus",
    "long skirt": "maxi skirt, floor length skirt",
    "trousers": "pants, slacks, chinos, cords, corduroys, cargo pants, sweatpants, joggers, "
    "suit trousers, breeches", "jeans": "denims, denim jeans, blue jeans",
    "leggings": "yoga pants, running tights", "shorts": "denim shorts, hot pants, running shorts",
    "swimsuit": "bathing suit, bikini, leotard", "swimming trunks": "trunks, swim shorts",
    "overalls": "dungarees, bib overalls",
    "jumpsuit": "leather suit, coveralls, boiler suit, flight suit, racing suit, work overall, "
    "wetsuit, onesie",
    "spacesuit": "space suit", "armour": "armor, suit of armour, chain mail, breastplate",
    "suit": "business suit, tuxedo, two piece suit, three piece suit, pinstripe suit, pantsuit, "
    "trouser suit, suit and tie", "uniform": "police uniform, school uniform, fatigues, "
    "military uniform, army uniform, livery", "scrubs": "surgical gown, surgical scrubs",
    "tracksuit": "track suit, sportswear, gym clothes", "pyjamas": "pajamas, nightwear, nightgown",
    "apron": "pinafore", "shoes": "brogues, loafers, oxfords, leather shoes, dress shoes",
    "sneakers": "trainers, running shoes, tennis shoes, high tops",
    "heels": "high heels, pumps, stilettos, high heeled shoes",
    "boots": "wellies, wellingtons, rubber boots, wellington boots, cowboy boots, combat boots, "
    "work boots, hiking boots, leather boots, gumboots",
    "sandals": "flip flops, slippers", "socks": "stockings", "tights": "pantyhose",
    "scarf": "shawl, bandana, woollen scarf", "gloves": "mittens, leather gloves, rubber gloves, "
    "glove, leather glove, rubber glove, mitten", "boxing gloves": "boxing glove",
    "ballet shoes": "pointe shoes",
    "tie": "necktie, bow tie", "belt": "tool belt", "cap": "baseball cap, trucker cap, flat cap",
    "peaked cap": "police cap, uniform cap, officer's cap, captain's hat, chauffeur's cap",
    "beanie": "woolly hat, wool cap, knit cap, knitted cap, bobble hat, woollen hat, wool hat",
    "hat": "fedora, trilby, bowler, bowler hat, felt hat", "cowboy hat": "stetson",
    "straw hat": "sun hat, panama, panama hat, sunhat", "top hat": "",
    "chef's hat": "toque, chef hat, chefs hat", "beret": "",
    "hard hat": "construction helmet, safety helmet, hardhat", "fire helmet": "firefighter helmet",
    "army helmet": "combat helmet, steel helmet", "bicycle helmet": "bike helmet, cycle helmet",
    "helmet": "motorcycle helmet, crash helmet, racing helmet, full face helmet",
    "space helmet": "", "riot helmet": "helmet with visor, visor helmet, ballistic helmet",
    "knight helmet": "knight's helmet, helm", "balaclava": "ski mask, masked, mask, stocking mask",
    "surgical mask": "face mask, medical mask, gas mask", "surgical cap": "hair net, hairnet",
    "swimming cap": "swim cap, bathing cap", "wizard hat": "witch's hat, witch hat, pointed hat, "
    "wizard's hat", "pirate hat": "tricorne, tricorn", "clown nose": "red nose",
    "headphones": "headset, earphones, earmuffs", "crown": "tiara, diadem", "turban": "",
    "glasses": "spectacles, eyeglasses, specs, reading glasses, bespectacled, goggles, monocle",
    "sunglasses": "shades, dark glasses, aviators", "bag": "handbag, shoulder bag, satchel, "
    "messenger bag, purse, tote bag", "backpack": "rucksack, school bag, schoolbag, knapsack",
    "hood": "hood up, hooded", "hood down": "", "headscarf": "hijab, head scarf, veil, kerchief",
})  # fmt: skip
"""Words for clothes, and the kind of a `Garment` that each is."""

# Where on the body a kind is worn; what is not listed is a top.
SLOTS: Mapping[str, str] = {
    kind: slot
    for slot, kinds in {
        "bottom": "skirt, miniskirt, tutu, long skirt, trousers, jeans, leggings, shorts, "
        "swimming trunks",
        "all": "dress, summer dress, evening dress, wedding dress, swimsuit, jumpsuit, spacesuit, "
        "uniform, scrubs, tracksuit, pyjamas, hospital gown, cassock",
        "suit": "suit", "over": "jacket, suit jacket, denim jacket, leather jacket, parka, coat, "
        "raincoat, robe, lab coat, cardigan, vest, apron, armour, overalls",
        "feet": "shoes, sneakers, heels, boots, sandals, ballet shoes",
        "head": "cap, peaked cap, beanie, hat, cowboy hat, straw hat, top hat, chef's hat, beret, "
        "hard hat, fire helmet, army helmet, bicycle helmet, helmet, space helmet, riot helmet, "
        "knight helmet, surgical cap, swimming cap, wizard hat, pirate hat, balaclava, crown, "
        "turban, hood, hood down, headscarf",
        "extra": "socks, tights, scarf, gloves, boxing gloves, tie, belt, cape, surgical mask, "
        "clown nose, headphones, glasses, sunglasses, bag, backpack",
    }.items()
    for kind in kinds.split(", ")
}  # fmt: skip

_WEAR = read_sections("outfits.words")
OUTFITS: Mapping[str, str] = mapping_of(_WEAR["outfits"])
"""What people wear by their profession or part: words for clothes, by each noun for them."""
GROUP_OUTFITS: Mapping[str, str] = mapping_of(_WEAR["groups"])
"""What people wear by words beside a noun, or as a group."""
PLACE_WEAR: Mapping[str, str] = mapping_of(_WEAR["places"])
"""The word of `GROUP_OUTFITS` for whoever is unnamed in a set and has no other clothes."""

WOMENSWEAR = frozenset(
    ("dress", "summer dress", "evening dress", "wedding dress", "skirt", "miniskirt", "long skirt",
     "blouse", "heels", "tights", "headscarf")
)  # fmt: skip
"""Kinds that make a person a woman where no word tells the sex."""
NAMES: Mapping[str, str] = {
    name: sex
    for sex, names in {
        "female": "ada alice amy ana andrea angela anna anne ann annie barbara bea bella carla "
        "carmen carol chloe clara claire diana ella elena eli elisa elizabeth emily emma esther "
        "eva eve fatima fiona grace hana hannah helen ida ines ingrid irene iris isabel ivy jane "
        "jenny jess jessica joan julia julie kate katie laura lea leila lena lily linda lisa liz "
        "lola lucy luisa mara maria marie martha mary maya mia mira monica nadia nancy nina nora "
        "olga olivia paula petra rachel rita rosa rose ruth sally sara sarah sofia sophie stella "
        "susan tara tina vera yuki zoe",
        "male": "abel adam ahmed alan albert alex ali anton arthur ben bernard bill bob boris "
        "bruno carl carlos charlie chris dan daniel dave david dmitri ed eddie emil eric felix "
        "frank fred gabriel george greg hans harry henry hugo ian igor ivan jack jake james jan "
        "jim joe john johnny jonas jose juan karl ken kenji kurt lars leo leon liam louis luca "
        "lucas luis marco mark martin matt max michael mike mohamed nick noah oleg oliver omar "
        "oscar otto pablo paul pedro pete peter ray richard rob robert sam samuel sean simon "
        "stefan steve ted theo thomas tim toby tom tomas tony victor viktor walter will yusuf",
    }.items()
    for name in names.split()
}  # fmt: skip
"""First names, for persons of whom no word tells the sex."""

# What is seen on people and not shown here, with the reason.
NOT_SHOWN: Mapping[str, str] = {
    word: why
    for why, words in {
        "marks on the skin are not shown": "freckles, freckled, scar, scars, scarred, tattoo, "
        "tattoos, tattooed, wrinkles, wrinkled, birthmark, mole, dimples, acne, bruise, bruised, "
        "makeup, make up, lipstick, eyeliner, nail polish, rouge, war paint, sweaty, dirty, muddy",
        "jewellery is not shown": "earrings, earring, necklace, ring, rings, bracelet, watch, "
        "wristwatch, piercing, piercings, nose ring, brooch, chain, pearls, cufflinks",
        "the colour of eyes is not chosen": "eyes, eyed",
        "patterns of cloth are not shown": "striped, stripes, checked, checkered, plaid, floral, "
        "patterned, polka dot, tartan, flowery, pinstripe, camouflage, sequined, spotted",
        "an eye patch is not shown": "eyepatch, eye patch",
        "the state of cloth is not shown": "torn, ragged, tattered, faded, ripped, frayed, "
        "bloody, soaked, crumpled, shabby, dusty, wet",
        "limbs are always whole": "prosthetic, one armed, one legged, amputee, wheelchair",
    }.items()
    for word in words.split(", ")
}  # fmt: skip
