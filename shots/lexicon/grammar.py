"""Function words, people, parts of the body, and words that name nothing to stage, in English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> Mapping[str, str]:
    """Pairs written as "word: word word"; each word after the colon maps to the first."""
    table = {}
    for line in text.strip().splitlines():
        key, _, words = line.partition(":")
        table.update(dict.fromkeys((word.strip() for word in words.split(",")), key.strip()))
    return table


ARTICLES = _set("a an the this that these those some any another each every both all other its")
NUMBERS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "dozen": 12, "several": 4, "few": 3, "many": 8, "hundreds": 24, "dozens": 18, "countless": 24,
}  # fmt: skip
POSSESSIVES: Mapping[str, str] = {
    "his": "he", "her": "she", "their": "they", "its": "it", "my": "i", "your": "you",
    "our": "we", "whose": "who",
}  # fmt: skip
PRONOUNS: Mapping[str, str] = {
    "he": "he", "him": "he", "himself": "self", "she": "she", "her": "she", "herself": "self",
    "they": "they", "them": "they", "themselves": "self", "it": "it", "itself": "self",
    "someone": "someone", "somebody": "someone", "everyone": "all", "everybody": "all",
    "nobody": "none", "no one": "none", "nothing": "none", "each other": "other",
    "one another": "other", "another": "someone", "others": "rest", "the others": "rest",
    "who": "who", "which": "who", "us": "camera", "we": "camera", "you": "camera",
    "me": "camera", "i": "camera", "everything": "none", "something": "none",
    "anyone": "none", "anybody": "none", "both": "all", "the other": "rest", "oneself": "self",
}  # fmt: skip

PREPOSITIONS = _pairs("""
at: at
to: to, up to, over to, back to, down to, out to
towards: towards, toward, in the direction of
into: into, back into
in: in, inside, within, in the middle of, amid, between, among, amongst, at the end of, in between
on: on, on top of, onto, upon, atop, across from the top of, at the edge of
from: from, out of, off, off of, away from, from under, from behind, from inside
with: with, using, by means of
without: without
behind: behind
before: in front of, opposite, before, facing, ahead of, across from
beside: beside, next to, by, near, alongside, close to, at the side of
under: under, beneath, below, underneath
above: above, over, up above
against: against
around: around, round
along: along, down, up, alongside of
across: across
through: through, via, out through, in through
past: past, beyond
after: after
for: for
about: about, of, including, except, as, like, per, because of, despite, during, until, since
""")
PARTICLES = _set(
    "up down out off over back around away in on through along by past apart together forward "
    "forwards backwards aside shut open ahead asleep awake about"
)
CONJUNCTIONS: Mapping[str, str] = {
    "and": "and", "then": "then", "and then": "then", "but": "and", "or": "and",
    "before": "then", "until": "then", "while": "with", "as": "with", "when": "first",
    "after": "first", "once": "first", "whilst": "with", "and finally": "then",
    "finally": "then", "so": "and", "because": "with", "yet": "and", "where": "with",
    "meanwhile": "with", "at the same time": "with", "suddenly": "then", "afterwards": "then",
    "next": "then", "if": "with", "though": "with", "although": "with", "till": "then",
    "only to": "then", "just as": "with", "as soon as": "first", "as if": "skip",
    "as though": "skip", "that": "with",
}  # fmt: skip
BE = _set("is are was were be been being 's 're")
AUXILIARIES = _set(
    "has have had having does do did will would can could may might must should shall"
)
NEGATIONS = _set("not never n't no hardly doesn't don't isn't aren't didn't can't cannot won't")
# Verbs that only say how another one begins, goes on or is tried.
PHASES = _set(
    "start begin continue try keep seem appear manage attempt proceed finish pretend want need "
    "dare help let make go come about used"
)
PACES: Mapping[str, float] = {
    "slowly": 0.6, "slow": 0.6, "carefully": 0.6, "gently": 0.7, "calmly": 0.8, "gradually": 0.6,
    "cautiously": 0.6, "quietly": 0.8, "silently": 0.8, "softly": 0.7, "leisurely": 0.7,
    "wearily": 0.6, "lazily": 0.6, "tenderly": 0.7, "hesitantly": 0.6, "heavily": 0.7,
    "in slow motion": 0.4, "slow motion": 0.4, "quickly": 1.5, "fast": 1.5, "rapidly": 1.5,
    "hastily": 1.5, "briskly": 1.4, "hurriedly": 1.5, "frantically": 1.8, "suddenly": 1.5,
    "abruptly": 1.5, "swiftly": 1.5, "at full speed": 1.8, "at speed": 1.5, "wildly": 1.6,
    "in a hurry": 1.5, "energetically": 1.4, "furiously": 1.6, "nervously": 1.2,
    "flat out": 1.8, "excitedly": 1.4, "desperately": 1.5, "violently": 1.6, "eagerly": 1.3,
}  # fmt: skip

# Directions of movement, as `Beat.to`; longest first wins.
DIRECTIONS = _pairs("""
towards: towards the camera, toward the camera, to the camera, at the camera, towards us, toward us, at us, towards the lens, to camera, towards camera, toward camera, into the lens, at the lens, into the camera, into camera, at camera, to the lens
away: away from the camera, away from us, from the camera, away from camera, into the distance, in the distance, off into the distance, away, off, into the night, into the darkness, into the dark
right: from left to right, left to right, to the right, rightwards, screen right
left: from right to left, right to left, to the left, leftwards, screen left
past: past the camera, past us, past camera, by the camera, past, by
out: out of the frame, out of frame, out of the shot, out of shot, off screen, outside, out of the picture, away out of frame, out of the room, out of the door, out of the house, off stage
in: into the frame, into frame, into the shot, into shot, into the picture, into view, into the room, on screen, inside, onto the stage, through the door
""")  # noqa: E501
LOOKS = _pairs("""
up: up, upwards, upward, skyward, into the sky, at the sky, to the sky, at the stars, at the ceiling, up at the sky, up at the ceiling, up into the sky, into the air
down: down, downwards, downward, at the floor, at the ground, at his feet, at her feet, at their feet, to the floor
left: left, to the left
right: right, to the right
back: back, over his shoulder, over her shoulder, over their shoulder, behind him, behind her, behind them, around, back over her shoulder, back over his shoulder, backwards
away: away, aside, off, into the distance, out to sea, out, into space, past the camera, ahead, off screen
camera: at the camera, to the camera, into the camera, into the lens, at us, to camera, into camera, at the lens, at camera, straight into the lens, straight at us
""")  # noqa: E501
WEATHER: Mapping[str, str] = {
    "rain": "rain", "drizzle": "rain", "downpour": "rain", "raindrop": "rain", "snow": "snow",
    "snowflake": "snow", "blizzard": "snow", "fog": "fog", "mist": "fog", "haze": "fog",
    "wind": "wind", "breeze": "wind", "gust": "wind", "storm": "rain", "thunderstorm": "rain",
    "rainy": "rain", "snowy": "snow", "foggy": "fog", "misty": "fog", "windy": "wind",
    "wet": "wet", "puddle": "wet", "stormy": "rain", "snowstorm": "snow", "raining": "rain",
    "snowing": "snow", "sandstorm": "fog", "rainstorm": "rain", "hazy": "fog",
    "snowfall": "snow", "hail": "rain",
}  # fmt: skip

PEOPLE = _set("""
person man woman boy girl child kid baby toddler infant teenager teen adult youth lady gentleman
guy bloke chap fellow lad lass figure stranger pedestrian passer-by passerby bystander onlooker
someone actor actress performer dancer ballerina singer musician pianist guitarist violinist
drummer cellist saxophonist dj conductor clown mime magician acrobat model artist painter sculptor
potter photographer cameraman journalist reporter presenter interviewer interviewee host guest
mother father mom mum dad mommy daddy mama papa parent son daughter brother sister grandmother
grandfather grandma grandpa granny grandson granddaughter uncle aunt cousin twin wife husband
bride groom widow widower lover friend girlfriend boyfriend neighbour neighbor partner fiancé
waiter waitress bartender barkeeper barman barista chef cook baker butcher vendor seller
salesman saleswoman shopkeeper cashier clerk customer shopper client receptionist concierge
porter maid cleaner janitor butler servant housekeeper nanny babysitter hairdresser barber
stylist doctor nurse surgeon patient paramedic medic dentist vet pharmacist scientist researcher
engineer technician mechanic electrician plumber carpenter builder welder blacksmith
lumberjack worker foreman farmer gardener shepherd cowboy cowgirl fisherman fisherwoman hunter
sailor captain pilot astronaut steward stewardess driver chauffeur rider cyclist biker
motorcyclist courier postman mailman passenger commuter traveller traveler tourist hiker
climber skier snowboarder surfer skater skateboarder swimmer diver runner jogger sprinter athlete
footballer player goalkeeper goalie striker boxer wrestler gymnast golfer fencer archer referee teammate opponent spectator cheerleader champion soldier officer general guard
policeman policewoman cop detective inspector investigator agent spy sniper assassin killer
murderer thief burglar robber gangster criminal suspect prisoner inmate hostage victim witness
lawyer judge attorney politician president minister king queen prince princess knight priest nun
monk pope witch wizard vampire zombie pirate superhero hero heroine villain robot-man
teacher professor pupil student schoolboy schoolgirl librarian secretary assistant boss manager
director producer businessman businesswoman executive colleague coworker employee intern banker
firefighter fireman lifeguard rescuer volunteer activist protester demonstrator beggar tramp
intruder visitor newcomer elder villager local native refugee bartender-girl attendant operator
inventor writer author poet programmer developer hacker gamer streamer influencer vlogger
seamstress tailor florist jeweller jeweler watchmaker vet fighter warrior samurai ninja rebel
leader crewman crew-member member narrator host hostess busker skateboarder rower
kayaker boatman ferryman miner dockworker trucker instructor trainer coach speaker defendant plaintiff accused teen pensioner commuter newsreader anchorwoman anchorman weatherman surfer keeper ranger caretaker locksmith optician mourner reveller raver hostage-taker bodyguard bouncer doorman usher shaman jester juggler puppeteer busker postwoman owner hitchhiker lecturer speaker candidate sergeant lieutenant colonel corporal recruit cadet marine guardian caregiver carer midwife therapist psychologist sheriff outlaw bandit viking gladiator monarch duke duchess earl empress emperor servant peasant villain drunkard homeless toddler newborn bully geek nerd hipster punk goth skinhead teenager villager commander bellboy bellhop chambermaid goatherd beekeeper winemaker sommelier brewer fishmonger greengrocer grocer ironmonger cobbler shoemaker tanner weaver spinner smith glassblower stonemason bricklayer roofer tiler decorator architect designer illustrator animator composer songwriter rapper violist harpist trumpeter flautist percussionist dealer gambler
""")
# Groups of people, and how many stand for them.
GROUPS: Mapping[str, int] = {
    "crowd": 16, "audience": 16, "mob": 14, "family": 4, "couple": 2, "pair": 2, "group": 5,
    "band": 4, "team": 6, "crew": 4, "gang": 4, "queue": 6, "line of people": 6, "choir": 12,
    "orchestra": 14, "class": 10, "fans": 14, "troop": 6, "squad": 5, "guests": 6,
    "passers-by": 4, "commuters": 8, "spectators": 14, "public": 16, "jury": 12, "staff": 4,
    "congregation": 12, "people": 6, "protesters": 14, "demonstrators": 14, "onlookers": 6,
    "tourists": 5, "dancers": 5, "soldiers": 5, "workers": 4, "trio": 3, "duo": 2, "jurors": 8,
    "runners": 5, "party": 6, "procession": 10, "police": 3, "kids": 3, "duet": 2, "rebels": 5,
    "villagers": 6, "students": 5, "pupils": 5, "children": 3, "players": 4, "riders": 3,
    "cyclists": 4, "passengers": 5, "customers": 3, "reporters": 4, "journalists": 4,
    "photographers": 4, "bystanders": 4, "supporters": 12, "parents": 2, "twins": 2,
    "friends": 3, "colleagues": 3, "lovers": 2, "newlyweds": 2, "locals": 4, "teenagers": 3,
}  # fmt: skip
MEMBER: Mapping[str, str] = {"police": "policeman", "fans": "fan"}
# Who a group consists of, in turn.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "family": ("woman", "man", "girl", "boy"), "couple": ("man", "woman"),
    "parents": ("woman", "man"), "lovers": ("man", "woman"), "newlyweds": ("man", "woman"),
    "audience": ("woman", "man"), "crowd": ("man", "woman"), "people": ("woman", "man"),
    "friends": ("woman", "man"), "kids": ("girl", "boy"), "children": ("boy", "girl"),
}  # fmt: skip
# What people of a trade ride or play where the words leave it out.
RIDERS: Mapping[str, str] = {
    "cyclist": "ride-bicycle", "biker": "ride-motorcycle", "motorcyclist": "ride-motorcycle",
    "jockey": "ride-horse", "horseman": "ride-horse",
}  # fmt: skip
INSTRUMENTS: Mapping[str, str] = {
    "violinist": "violin", "cellist": "cello", "guitarist": "guitar", "pianist": "piano",
    "saxophonist": "saxophone", "drummer": "drum", "trumpeter": "trumpet", "flutist": "flute",
}  # fmt: skip
FEMALE = _set("""
woman girl lady lass actress ballerina mother mom mum mommy mama daughter sister grandmother
grandma granny granddaughter aunt wife bride widow girlfriend waitress saleswoman maid nanny
nurse stewardess cowgirl fisherwoman policewoman heroine queen princess nun witch schoolgirl
businesswoman seamstress hostess cheerleader fiancée secretary receptionist
""")
MALE = _set("""
man boy gentleman guy bloke chap fellow lad actor father dad daddy papa son brother grandfather
grandpa grandson uncle husband groom widower boyfriend waiter barman salesman butler fireman
cowboy fisherman postman mailman policeman king prince priest monk pope wizard knight schoolboy
businessman lumberjack foreman cameraman boatman ferryman bartender
""")
# Parts of the body, and what a close view of them is called.
BODY = _pairs("""
hands: hand, palm, finger, fist, fingertip, thumb, wrist, knuckle, fingernail, nail, ring finger
eyes: eye, eyelid, pupil, eyebrow, eyelash, lash
feet: foot, toe, ankle, heel, sole
mouth: mouth, lip, tooth, tongue, teeth
face: face, head, cheek, chin, forehead, nose, ear, jaw, neck, beard, moustache, hair, expression, profile, scalp, temple, features
arms: arm, elbow, forearm, sleeve
back: back, shoulder, spine
legs: leg, knee, thigh, shin, lap
body: body, chest, belly, stomach, waist, hip, skin, breath, silhouette, torso, heart, figure's body
""")  # noqa: E501
# Nouns that name nothing to stage by themselves.
ABSTRACT = _set("""
silence tension light darkness dark shadow shadows sound noise music voice scream laughter joy
anger fear grief sadness happiness love hate thought memory moment time second minute hour day
night morning evening afternoon noon midnight dawn dusk sunrise sunset midday today tomorrow
camera lens frame shot scene picture view image angle close-up closeup background foreground
focus end edge corner middle centre center side top bottom front rear distance direction way
place spot position air space world life death dream idea work job talk speech word words story
news truth secret answer question order attention turn step move movement motion action beat
pause rest start stop run walk look stare sign signal pain surprise shock relief hope breath
sunlight moonlight sunshine glow gleam glimmer reflection reflections colour color texture
warmth heat cold speed halt stroll chat conversation game match race fight conflict
argument meeting call deal order breakfast lunch dinner supper meal bite sip drag puff
nap bow fun half rhythm tune song applause emotion concentration determination effort pleasure
shape piece bit lot kind sort part row line pile stack slice drop handful slow-motion detail
details weather climate landscape horizon ground outside inside left right north south
surrounding surroundings distance street-light skyline depth height rays ray beam lights fours
cover sight surface goal sense quiet calm peace motion tip rim base stillness nowhere
season summer winter spring autumn fall atmosphere mood energy power style luxury freshness taste
smell fragrance flavour quality detail macro hero brand logo name age look smile gaze glance siren wail roar
engine flash steps footstep footsteps gear drama suspense nature
""")
# Visible, and not drawn: named once in the report.
UNDRAWN = _set("""
smoke blood fire flame flames spark sparks dust sweat tear tears bubble bubbles splash sand water
lightning explosion debris ash foam wave waves ripple ripples confetti glitter steam vapour vapor
traffic droplet droplets condensation crumb crumbs oil ember embers
dew frost rainbow cobweb mud
""")
# Adjectives that change nothing that is drawn, so that they are not missed.
QUALITIES = _set("""
empty deserted busy quiet silent lonely lone single old new young little small big large huge tall
short long wide narrow deep heavy light dark bright dim cold warm hot cool dry soft hard
gentle strong weak beautiful pretty handsome ugly nice lovely happy sad angry tired exhausted
nervous anxious worried afraid scared terrified calm serious proud shy curious surprised shocked
confused drunk sober bored lost alone still motionless visible invisible open closed shut full
half own same different next last first second third final sudden slow fast quick distant far near
close left right front back upper lower middle entire whole very too just only also again
together slowly still almost nearly finally now here there well-dressed elegant masked homeless
blind busy careful fresh clean dirty broken worn antique modern vintage rusty shiny sparkling
polished crumpled folded wooden metal glass plastic paper leather golden stone concrete brick marble
velvet silk cotton wool denim steaming smoking burning glowing flickering moving running passing
parked waiting sleeping sitting standing crying laughing smiling dying dead wounded injured
bleeding sweating trembling shaking dripping melting boiling hooded bearded bald blond blonde
blonde-haired grey-haired dark-haired red-haired long-haired middle-aged elderly teenage adult male
female pregnant muscular slim thin fat chubby skinny athletic stocky petite attractive poor rich
famous familiar unknown mysterious strange weird creepy eerie scary frightened frightening
comfortable cosy cozy rustic luxurious expensive cheap simple plain delicate fragile massive giant
tiny miniature enormous ancient medieval futuristic electric electronic digital wireless
rear-view rear vintage sleek smooth rough round square flat thick sharp blunt pointed crowded
sunny cloudy rainy snowy foggy misty windy sunlit moonlit candlelit dusty muddy icy frozen snowy
snow-covered grassy rocky sandy foamy creamy crispy juicy ripe raw cooked grilled fried roasted
sliced chopped double triple extra several various other certain particular special perfect
cobbled narrow winding endless abandoned ruined derelict crumbling neat tidy messy cluttered
framed lit unlit brand-new loose tight ready asleep awake barefoot naked topless topped
local rural urban public private domestic wild tame young-looking lush green-eyed out-of-focus
high low breathless panting so more less most least really quite rather slightly completely
directly straight right exactly perfectly nearby overhead upside sideways upright loudly hard
forever once twice always often never suddenly carelessly casually thoughtfully sadly happily
angrily lovingly playfully proudly triumphantly confidently nonchalantly solemnly politely
gracefully elegantly awkwardly clumsily reluctantly intently tightly firmly lightly briefly
instantly immediately eventually simultaneously carefully mid-air onwards upstairs downstairs
white-haired gloved tattooed veiled uniformed suited armed unarmed handcuffed bandaged
rocking folding revolving sliding swinging rolling spinning hanging falling dim-lit
face-to-face side-by-side hand-in-hand arm-in-arm on-screen
""")
# Phrases that say nothing about the picture's content, taken out before reading.
STOP_PHRASES: tuple[str, ...] = (
    "we see", "we follow", "we find", "we hear", "there is", "there are", "there's", "it is",
    "as if nothing had happened", "by itself", "on its own", "by themselves", "in silence",
    "out of breath", "for a moment", "for a second", "for a beat", "of course", "at last",
    "at first", "in the background", "in the foreground", "in the corner", "in focus",
    "out of focus", "in close-up", "in slow motion", "one by one", "side by side", "hand in hand",
    "arm in arm", "back and forth", "up and down", "to and fro", "in circles", "in a circle",
    "at the same time", "all alone", "in the middle", "in the centre", "in the center",
    "to a halt", "to a stop", "in shock", "in fear", "in panic", "in pain", "with joy",
    "with laughter", "by surprise", "at once", "at all", "no longer", "at dawn", "at dusk",
    "at night", "at sunrise", "at sunset", "by hand", "from above", "from below", "from afar",
    "from behind", "from the side", "from the front", "in profile", "in silhouette", "in detail",
    "in macro", "on camera", "face to face", "cheek to cheek", "from left and right", "in each hand", "to his feet", "to her feet", "to their feet", "on the cheek", "on the mouth", "on the forehead", "on the lips", "all of a sudden", "in a row",
    "a little", "a bit", "on all fours", "in mid-air", "to himself", "to herself",
    "to themselves", "in time", "in unison", "on fire", "in the dark", "in the darkness",
    "in the light", "in the sun", "in the distance", "with one hand", "with both hands",
    "with her eyes closed", "with his eyes closed", "in the air", "into the air", "in one go",
    "step by step", "at the ready", "just in time", "for the first time", "for the last time",
)  # fmt: skip
NOT_PEOPLE = _set("trainers fan")
NOT_ADVERBS = _set(
    "family assembly butterfly belly fly jelly lily reply supply bully ally dolly trolley gully "
    "monopoly italy july lonely lovely ugly silly friendly elderly curly early only"
)
FLOORS = _set(
    "floor ground grass pavement sidewalk sand street road lawn snow earth rug carpet kerb curb deck "
    "stage asphalt cobbles tiles mat"
)
LIGHT = _set(
    "light shadow shadows reflection reflections glow sunlight moonlight lights beam beams ray rays "
    "darkness sunshine gleam glimmer flash reflection lightning"
)
LIQUIDS = _set(
    "coffee tea water milk wine beer whisky whiskey juice champagne lemonade cola oil soup sauce rum "
    "juice soda liquid vodka chocolate gin cream syrup honey batter drink"
)
MATS = _set("blanket towel mat rug carpet cushion pillow beach-towel")
FOOTWEAR = _set("heel heels shoe shoes boot boots sneaker sneakers trainers sandal sandals")
PHOTOS = _set("picture photo photograph selfie snapshot portrait")
# What a noun means by whom it is used.
TRADE_NOUNS: Mapping[tuple[str, str], str] = {
    ("surfer", "board"): "surfboard", ("skater", "board"): "skateboard",
    ("skateboarder", "board"): "skateboard", ("golfer", "club"): "golf club",
    ("player", "racket"): "racket", ("fisherman", "line"): "fishing rod",
}  # fmt: skip
MEALS = _set("breakfast lunch dinner supper meal food")
# Places and parts of places that need no thing of their own.
SITES = _set(
    "street alley road avenue lane highway path trail park garden forest woods field meadow "
    "beach shore sea ocean lake river harbour harbor desert dune mountain hill valley summit "
    "clearing square town city village hall corridor hallway room kitchen bathroom bedroom office "
    "terminal station platform airport roof rooftop terrace balcony stage court pitch track pool "
    "stadium market shop store cellar basement attic garage warehouse factory lobby church school "
    "hospital prison cell cave tunnel crossroads junction corner kerb curb pavement sidewalk bank "
    "dock quay runway camp battlefield gym studio coast cliff horizon neighbourhood "
    "landscape site waterfront driveway entrance exit crossing aisle stairwell lift elevator classroom cafe café restaurant pub club museum theatre theater library nursery playground supermarket mall hotel apartment flat undergrowth bushes jungle swamp ledge hatch water-edge riverbank slope countryside farm farmyard orchard vineyard harbourside canal pond bay island waterfall glacier snowfield battlefield cemetery graveyard chapel temple palace casino arena ballroom changing-room locker-room laboratory lab studio-floor spaceship cockpit cabin bunker dungeon mine quarry construction-site scaffolding bus-station metro subway underground crosswalk"
)
# Parts of things, which are drawn with the thing or not at all.
FITTINGS = _set(
    "wheel dashboard windscreen windshield bonnet handlebars handlebar handle keyhole lid hook knob "
    "strap string button rail railing banister branch tip screw hinge latch lock surface frame "
    "pocket seatbelt pedal trigger barrel neck-strap cap-of-bottle stem petal shoelace "
    "lace zip zipper rim bell-button doorbell spout label cork bowstring sail mast deck wing "
    "propeller engine headlight headlights tyre tyres wiper wipers"
)
# What is worn: it belongs to the appearance and is not held.
WORN = _set(
    "coat jacket raincoat suit dress skirt shirt blouse t-shirt jumper sweater pullover hoodie cardigan "
    "vest waistcoat trousers jeans shorts uniform apron hat cap helmet glasses sunglasses backpack "
    "scarf glove gloves shoe shoes boot boots sneakers heels tie hood headphones headset bathrobe apron gown robe tuxedo "
    "pyjamas pajamas bikini swimsuit overalls dungarees tunic armour armor cloak cape mask crown veil "
    "belt necklace earring earrings watch bracelet costume outfit kimono sari jersey tracksuit "
    "leotard tutu top turban beanie rucksack bathrobe nightgown kit socks beard moustache wings suits "
    "clothes rags black white red blue"
)
CLOTHS = _set("velvet silk marble cotton wool leather felt linen satin ice glass concrete brick")
_IRREGULAR_PLURALS: Mapping[str, str] = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot",
    "teeth": "tooth", "geese": "goose", "mice": "mouse", "leaves": "leaf", "knives": "knife",
    "wolves": "wolf", "shelves": "shelf", "loaves": "loaf", "scarves": "scarf", "wives": "wife",
    "thieves": "thief", "halves": "half", "calves": "calf", "lives": "life", "buses": "bus",
    "passers-by": "passer-by", "cops": "cop", "glasses": "glass", "keys": "key",
    "skies": "sky", "shoes": "shoe", "potatoes": "potato", "tomatoes": "tomato",
    "movies": "movie", "cookies": "cookie", "pies": "pie", "ties": "tie", "axes": "axe",
}  # fmt: skip


@cache
def singular(word: str) -> tuple[str, bool]:
    """The singular of a noun, and whether the word was a plural."""
    if word in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[word], True
    if word.endswith("men") and len(word) > 4:
        return word[:-3] + "man", True
    if word.endswith(("ss", "us", "is")) or not word.endswith("s") or len(word) < 3:
        return word, False
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y", True
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2], True
    return word[:-1], True
