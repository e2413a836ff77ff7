"""Verbs and states in English: what people, animals and things do, and the role of the object.

A line of a table is `verbs = posture/gesture role options`: verbs in the base form, phrasal verbs
with their particle, separated by commas. Inflected forms are computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

ROLES = ("none", "chase", "hold", "release", "target", "look", "seat", "to", "say", "wear", "move")
THING_MOTIONS: Mapping[str, str] = {
    "drive": "moves along its lane or line", "roll": "rolls along", "turn": "turns on the spot",
    "open": "opens", "close": "closes", "fall": "falls to the floor", "rise": "rises",
    "float": "floats", "shake": "shakes: rings, vibrates", "swing": "swings to and fro",
    "appear": "comes into the picture", "stop": "stops", "blink": "its light goes on and off",
    "be": "stands, lies or hangs there",
}  # fmt: skip
"""What a thing does, as `Beat.gesture` of a thing, and what is shown."""


@dataclass(frozen=True)
class Verb:
    """What a verb stages.

    Attributes:
        name: Base form and particle: sit down.
        posture: Of `actions.POSTURES`; "" keeps the posture.
        gesture: Of `actions.GESTURES`; for things, of THING_MOTIONS.
        role: What the direct object is. hold: in the hand afterwards; release: in the hand before;
            target: what or whom it is done to; look: what is looked at; seat; to: destination;
            say: nothing; wear: appearance; move: a thing that is set in motion.
        to: Direction implied: in, out, away, towards, past.
        look: Where it implies a look, a word of `Beat.looks_at`.
        pace: Factor of the usual speed.
        prop: Model in the hand where the words name none.
        change: Whether it is an event that ends a state, as "sit down" is and "sit" is not.
        motion: Of THING_MOTIONS: what its object then does.
        known: False where the verb is understood but nothing shows it.
    """

    name: str
    posture: str = ""
    gesture: str = ""
    role: str = "target"
    to: str = ""
    look: str = ""
    pace: float = 1.0
    prop: str = ""
    change: bool = False
    motion: str = ""
    shown: bool = True

    @property
    def is_added(self) -> bool:
        """Whether a state can go with another verb: talks on the phone, comes on a bicycle."""
        return bool(self.gesture and not self.posture) or self.posture.startswith("ride")


# Postures and ways to move.
_MOVES = """
stand, wait, linger, queue, pose, remain, stay, pause, hesitate, freeze, loiter, rest = stand
stand up, get up, rise, rise up, stand still = stand change
stop, halt, come to, come to rest, pull up, stop short = stand change
walk, stroll, wander, pace, step, amble, saunter, strut, stride, trudge, plod, trot, patrol, go, move, come, head, travel, roam, proceed, cross, approach, hike, shuffle, limp, tiptoe, make way, file, drift, parade, join, reach, traverse, circle, pass = walk to
walk up, come up, go up, go down, come down, walk on, move on, go on, walk along, continue on, step up, step down, step forward, walk down, walk over, come over, go over, step back = walk to
walk by, pass by, go by, come by, walk past, run past, go past = walk to to:past
walk away, leave, depart, go away, exit, walk off, move away, move off, step out, go out, walk out, come out, slip out, get out, go off, disappear, vanish, storm out, head off, head out, set off, retreat, climb out, file out, get off, step off, go = walk to to:out change
enter, come in, walk in, go in, arrive, step in, appear, emerge, return, come back, come home, step inside, turn up, show up, get back, burst in, step into frame, file in = walk to to:in change
back away, step away, recoil, back off, shrink back, flinch back = walk to:away pace:0.6
run, jog, sprint, race, dash, rush, hurry, flee, bolt, charge, storm, escape, gallop, scamper, scurry, speed, hurtle, tear, flee from, catch up, run around, run on, scramble, hurl = run to
run away, run off, hurry off, hurry away, rush away, run out, rush out, race off, burst out, storm off, dart off, dash off = run to to:out change
storm in, barge in, burst in, run in, rush in, dart in, hurry in, race in = run to to:in change
run down, run up, rush down, rush up, hurry down, hurry up, run along, rush over, run over, hurry over = run to
sneak, creep, tiptoe, slip, steal, prowl, stalk, tread, edge, slink, inch, sneak up, creep up = sneak to
march = march to
chase, pursue, run after = run chase
follow, trail, shadow = walk chase
help somebody, accompany, accompany somebody, help somebody across = walk move
take step, make step = walk none
pull self up, haul self up, hoist self up = climb-ladder to
sink to floor, slide to floor, slump to floor, collapse to floor, sink to ground, slide down = sit-floor change
sink, sink to = kneel change
press nose, press face, press forehead, press ear = lean
weave, zigzag, swerve = walk to
stagger, stumble, totter, sway, reel, lurch, stumble along, wobble = stagger to
crawl, creep under, slither, crawl out, crawl under = crawl to
sit, squat on, perch, lounge, ride in, be seated, sit opposite, slouch, relax, = sit seat
sit down, take seat, sit up, settle, settle down, sink into, slump, plop down, get into, climb into, hop into, sink down, collapse into, slide into, take place, flop, flop down = sit seat change
get in, climb in, jump into, hop on, get on, board = sit seat change
drive, steer = drive seat
drive away, drive off, speed off, pull away, pull out = drive seat to:away
lie, recline, sunbathe, lie still, stretch out, cuddle up, lie awake, float on = lie seat
wake, wake up, lie down, lie back, go to bed, collapse, pass out, faint, lie down on = lie seat change
sleep, doze, snore, nap, snooze, dream, slumber, nod off, fall asleep, drift off, be asleep = sleep seat
kneel, pray, worship, kneel beside = kneel
kneel down, propose, get down, drop to knee, fall to knee, go down on knee, sink to knee, take knee, genuflect = kneel change
crouch, squat, duck, hide, cower, lurk, huddle, take cover, duck down, crouch down, squat down, bend down, stoop down, seek shelter = crouch
bend, stoop, lean over, bend over, lean forward, bend forward, rummage, hunch, lean down, lean in, hunch over = bend target
lean, rest against, lean back, prop = lean seat
climb, ascend, descend, mount, scale, clamber, climb up, climb down = climb-stairs to
climb over, climb out of, vault, hurdle, leap over, jump over = jump to
jump, leap, hop, skip, bounce, spring, jump up, jump up and down, leap up, jump out, leap out, jump down, jump off, jump onto, dive, dive in, jump in, plunge, somersault, bound = jump to
skydive, parachute = float
fall, trip, slip over, fall over, fall down, tumble, topple, drop, collapse onto, go down, drop dead, drop to ground, fall to ground, fall off, slip and fall, stumble over = fall change
die, be dead, lie dead, play dead = lie-floor
dance, waltz, tango, twirl, spin, pirouette, groove, boogie, sway to, whirl, breakdance, tap-dance, sway along = dance
swim, snorkel, paddle, dive under, float in, bathe, splash = swim to
ride, cycle, pedal, canter, mount up = ride-bicycle seat
skate, skateboard, ski, surf, sled, snowboard, glide, slide, roll, rollerskate, roller-skate, iceskate = walk to pace:2.5
row, canoe, kayak, sail, row boat = sit/pull seat prop:boat
float, hover, levitate, fly, soar, swing, hang, dangle = float to
live, work, exist, be, be alone = stand
ice-skate, moonwalk = walk
"""
# Gestures of arms, hands and head.
_GESTURES = """
phone, call, be on phone, talk on phone, take call, answer phone, dial, ring up, call up, make call, speak on phone, answer, pick up phone, hang on phone = /phone-ear none prop:phone
text, scroll, swipe, scroll through, look at phone, stare at phone, check phone, read message, tap, film on phone, swipe through, check message, text message, be on smartphone = /phone-look none prop:phone
hang up, put away phone = /put-down release prop:phone change
type, hack, code, type on, work on, program, edit = /type target
write, sign, note, draw, sketch, scribble, jot down, write down, take note, fill out, fill in, mark, do homework, paint, trace, underline, autograph = /write target prop:pen
read, study, leaf through, flip through, browse, thumb through, read out, read aloud, page through, leaf, recite, skim = /read hold prop:book
drink, sip, gulp, swig, toast, take sip, drink up, take drink, swallow, sip on, down, have drink, taste, drain, take swig, sip at, slurp = /drink hold prop:cup
eat, chew, bite, munch, have breakfast, have lunch, have dinner, dine, bite into, snack, nibble, have meal, take bite, devour, gobble, graze, lick, share meal, eat breakfast, eat dinner, eat lunch, have supper, have picnic, picnic = /eat hold prop:fork
pour, fill glass, fill cup, fill mug, fill bowl, top up, serve, refill, water, pour out, tip out, drizzle, decant, sprinkle, season = /pour target prop:bottle
smoke, take drag, puff, vape, draw on = /smoke hold prop:cigarette
light, light up = /smoke hold prop:cigarette change
cook, stir, bake, fry, whisk, knead, grill, chop, cut, slice, peel, mix, prepare, carve, dice, beat, flip, roll out, garnish, stir in, prepare dinner, prepare breakfast, make coffee, make dinner, make breakfast, make tea, brew, plate, spread, butter, barbecue, make sandwich = /cook target
wipe, clean, scrub, polish, sweep, mop, dust, wash, rinse, dry, wash up, brush off, iron, wipe off, do dish, wipe away, vacuum, hoover, paint over, clean up, rub, smear, sand, plaster, stroke, pet, caress, pat, massage, ruffle, sweep up, plane, touch, feel, brush, wipe down, smooth, groom, blow off, dab, treat, repair, fix, mend, adjust, tinker, work at, screw, weld, operate, set, lay, decorate, arrange, bandage, knit, sew, sculpt, mould, shape, assemble, build, make, construct, wire = /wipe target
point, gesture, indicate, point out, signal, beckon, direct, motion, gesticulate, show way, conduct, explain, lecture, preach, = /point
aim, shoot, fire, take aim, target, open fire, shoot down = /aim hold prop:gun
shoot by striker, shoot by footballer = /kick
serve by player, shoot by player = /throw prop:ball
draw gun, draw pistol, pull gun, draw weapon, draw rifle, raise gun, raise rifle, raise pistol, raise weapon, cock gun, level gun, draw revolver = /aim hold change
wave, greet, hail, say goodbye, wave goodbye, wave at, say hello, flag down, hail taxi, hail cab = /wave target
hitchhike, thumb ride, thumb lift, raise hand, raise arm, lift hand, lift arm, put up hand, raise fist, raise finger, hold up hand, volunteer, throw up arm, lift fist = /raise-arm
raise hands, put hands up, surrender, raise arms, put up hands, hold up hands, throw arms up, lift arms, lift hands, raise both arms, celebrate, cheer, hold hands up, triumph, throw up hands, put their hands up = /hands-up change
fill, start engine, start car, reach for, reach out, put hand, lay hand, place hand, rest hand, milk, press, press button, push button, reach something, reach up, reach over, grope, grasp at, reach into, extend hand, stretch out hand, hold out hand, reach in, fumble, dig in, dip, grab at, search, search through = /reach target
pick up, take, grab, lift, pick, take out, collect, gather, seize, snatch, pull out, get out of, remove, fetch, retrieve, lift up, find, steal-from, scoop up, unhook, pluck, pull from, bring out, take down, grab hold, pocket, receive, get, select, choose, draw, buy, take away, harvest, take back, unsheathe, take off = /pick-up hold change
put down, put, place, lay down, set down, drop off, hang up coat, hang, put away, drop into, leave behind, stack, put back, plant, set up, deposit, insert, lay out, put in, load, stick, post, unload, tuck, throw away, bury, put into, slip into, slot = /put-down release change
share, hold, clutch, grip, grasp, clasp, have, keep, cradle, be holding, bear, wield, brandish, squeeze, close finger, close hand, clench, hang onto, hold onto, cling to, hold on, cup, balance, juggle, shake, show, use, own = /hold hold
exchange, swap, trade, present something, hold out, offer, hold up, stretch out, lift glass, raise glass, reveal, extend, display, show off, propose toast, raise toast, hold forth = /hold-out hold
give, hand, hand over, pass, deliver, pay, sell, lend, feed, hand out, bring, hand back, give back, pass over = /give release change
carry, haul, lug, transport, bring in, heave, carry away, shoulder, carry in, carry out, take along = walk/carry hold
lift weight, lift dumbbell, lift barbell, lift kettlebell, pump iron = stand/carry hold
walk dog, walk horse, lead somebody, lead something, guide somebody, usher somebody, escort somebody, lead = walk move
push, shove, press against, nudge, roll push away, move aside, push aside, wheel, push open, shovel, block = /push target
slide something, roll something, slide across, slide over, move something, rock something, spin something, swing somebody = /push target
hide something, swing something, lean something, wave something, shake something, run something, fly something, fly kite, show something, = /hold hold
raise something, lift lid off = /hold-out hold
feed somebody, feed something = /hold-out target
pull, drag, tug, tow, pull on rope, pull at, haul in, pull in, yank, pull down, pull back, pull draw curtain, pull tear off, reel in, pull off = /pull target
open door, open window, open fridge, unlock door, unlock, pull open, open car door, unlock car, open gate, answer door, open curtain, open cupboard, open wardrobe, open oven, open drawer, open cabinet = /open-door target change motion:open
close door, shut door, slam door, lock door, close window, shut window, close fridge, slam, bang shut, lock, slam shut, shut, close curtain, close gate, close behind = /open-door target change motion:close
open, unwrap, unpack, unfold, uncork, unscrew, untie, unzip, tear open, rip open, crack open, break open, unroll, lift lid, open up, pop, open box, crack = /open target change motion:open
close, fold, wrap, seal, pack, zip, close up, fold up, roll up, zip up, crumple, tear, rip, tear up, tie up, screw on, crush, tie, lace, lock up, pack up, wrap up, unpin = /open target change motion:close
knock, knock on, tap on, bang, bang on, ring bell, pound, ring doorbell, hammer, rap, beat on, ring, tap against, strike, pound on, drum = /knock target
throw, toss, fling, pitch, cast, bowl, serve-ball, throw chuck, lob, flick, throw down, smash, drop-kick, throw out, scatter, blow = /throw release change motion:fall
drop, let go, spill, let fall, knock over, knock off, tip over, push over, break, knock down, lose = /put-down release change motion:fall
catch, receive ball, save, block shot, catch up ball, intercept = /catch hold
jump into arm, fall into arm, run into arm, leap into arm, hug, embrace, hold tight, cuddle, throw arm around, put arm around, lay arm around, comfort, hold each other, console, snuggle, wrap arm around, lift onto, fall into arm = /hug target
kiss, make out, peck, smooch = /kiss target
shake hand, shake hands, clasp hand, high-five, seal deal, give high-five, bump fist, shake on, hold hand, take hand = /shake-hands target
punch, hit, fight, box, beat up, slap, attack, wrestle, brawl, spar, struggle, strike down, stab, strangle, fence, duel, slam fist, bang fist, have pillow fight, have fight, grapple, tackle, knock out, restrain, swing at, thump, scuffle = /punch target
kick, dribble, shoot ball, kick off, stamp, stomp, volley, pass ball, shoot goal, score, score goal = /kick target
cry, weep, sob, break down, burst into tear, bury face, wail, mourn, hide face, cover face, cover eye, grieve, shed tear = /cry
laugh, giggle, chuckle, burst out laughing, crack up, laugh at, joke, roar with laughter, have fun = /laugh
smile, grin, beam, smirk, smile at, wink, flirt, blush = /smile
present, talk, speak, chat, say, tell, discuss, argue, converse, ask, reply, sing, mutter, murmur, tell story, quarrel, gossip, negotiate, debate, interview, plead, beg, apologise, apologize, thank, deliver speech, give speech, make speech, talk into, report, announce, bicker, complain, introduce, hum, swear, count, respond, yawn, give interview, have conversation, have argument, confront, talk to, lie to, mouth, promise, warn, explain to, moderate, flatter, pant, teach = /talk target
bark, growl, meow, purr, neigh, moo, chirp, tweet, bleat, squeak, croak, hoot, crow, whinny, grunt, shout, scream, yell, call out, cry out, roar, bark order, bellow, shriek, chant, holler, yell at, shout at, snap, order, howl, command, howl at, call for = /shout target
whisper, whisper in, whisper to, hiss = /whisper target
listen, listen to, hear, overhear, eavesdrop, listen in, prick up = /listen look
think, ponder, wonder, scratch head, consider, contemplate, reflect, rub chin, stroke chin, rest chin, brood, muse, meditate, scratch chin, cover mouth, daydream, frown, remember = /think
nod, agree, nod at, nod to, bow head, lower head = /nod
shake head, refuse, deny, disagree, decline = /shake-head
shrug, shrug shoulder = /shrug
turn, turn around, turn round, turn back, turn away, spin around, spin round, whirl around, turn head, swivel, wheel around, turn over, turn to, turn to face, roll over, do turn = /turn look change
check, examine, inspect, control, look, stare, gaze, watch, glance, glare, peer, peek, observe, face, see, spot, notice, admire, gaze at, eye, scan, view, witness, regard, survey, look around, look about, look through, peer through, peek through, look out, stare out, look for, search for, peep, spy, stare down, gaze out, squint, blink, monitor, recognise, recognize, discover, supervise, look on, look over, marvel, ogle, await, look after, stargaze, exchange look, exchange glance, raise head, lift head, look forward, look in, hold gaze, catch eye, keep watch, keep eye = /look look
look up, glance up, stare up, gaze up, peer up = /look look look:up
look down, glance down, stare down, gaze down, peer down, lower eye, lower gaze, hang head = /look look look:down
look back, glance back, look behind, gaze back, stare back = /look look look:back
look away, glance away, avert eye, look aside, look ahead = /look look look:away
cross arm, fold arm, cross arms = /cross-arms
put hand on hip, put hands on hips, hold hand on hip = /hands-on-hips
put hand in pocket, put hands in pockets = /hands-in-pockets
clap, applaud, cheer on, clap hand = /clap
bow, curtsy, take bow, bow to = /bow
salute, stand to attention, stand at attention = /salute
photograph, film, take photo, take picture, snap photo, shoot photo, take selfie, record, take photograph, snap picture, = /photograph target prop:camera
play guitar, strum, play violin, play banjo, play bass, play cello, play ukulele, tune guitar, play instrument, play something = /play-guitar hold
play piano, play keyboard, play organ = /play-piano target
tie shoe, tie shoelace, lace shoe, tie lace, lace up shoe, do up shoe, tie boot, lace boot = kneel/tie-shoe
put on, slip on, pull on, try on, button, button up, button coat, dress, get dressed, don, fasten, zip up jacket, do up, adjust tie, straighten tie, pull over, straighten, loosen tie, change into, loosen, unbutton, buckle = /put-on target change
check watch, look at watch, check time, glance at watch, look at clock = /look look look:down
splash water, comb, brush hair, comb hair, run hand through hair, shave, apply lipstick, put on makeup, wipe tear, wipe eye, rub eye, wash face, apply makeup, adjust hair, apply mascara, apply cream, apply, scratch, touch face, style, wipe forehead, wipe sweat, dry hair, wash hair, touch cheek, adjust glass, fix hair, pinch nose = /comb hold
brush tooth, brush teeth, clean tooth = /eat prop:toothbrush
breathe, sigh, catch breath, take breath, inhale, exhale, gasp, breathe in, breathe out, take deep breath, breathe heavily, draw breath, hold breath, cough, sneeze, sniff, wheeze, smell, blow out, recover = /breathe
shake self, shiver, tremble, shudder, quiver, rub hand, hug self, twitch, panic = /shiver
stretch, stretch arm, warm up, limber up, do yoga, exercise, stretch out arm, work out, train, spread arm, open arm, spread arms, open arms = /stretch
smell flower, sniff at = /drink hold
play with, toy with, fiddle, fidget, deal card, move piece = /hold hold
wear, dress in, be dressed in, be wearing, sport, be dressed = / wear
turn off, turn on, switch on, switch off, put out, blow out candle, light candle, light fire, light lamp, turn up, turn down, switch, extinguish, light match = /reach target change
sit on horse, ride horse, gallop on = ride-horse seat
ride motorcycle, ride motorbike, ride scooter = ride-motorcycle seat
drive car, drive taxi = drive seat
help up, pull up = /pull target
fish, angle, cast line = /hold hold prop:fishing-rod
dig, rake, chop wood, hoe, split wood, swing axe, saw, hack at = bend/punch target
do push-up, do pushups = lie-floor/push
do handstand, cartwheel, do somersault, do backflip, do flip, perform trick, do stunt = jump
overtake = run to
surf wave = walk pace:2
play chess, play card, play checkers, play board game, play backgammon, play cards = sit/reach target
play football, play soccer, play basketball, play ball, play tag, play catch, play volleyball, play hide = run none
"""
# States: what follows "is", "are", or a noun.
_STATES = """
asleep, fast asleep, sound asleep, in bed asleep, unconscious = sleep seat
in bed, on the floor asleep = lie
awake, alert, alone, still, motionless, ready, frozen = stand
dead, on the ground, on the floor = lie-floor
seated = sit seat
with the phone to his ear, with the phone to her ear, with a phone to his ear, with a phone to her ear, with his phone to his ear, with her phone to her ear, phone to his ear, phone to her ear, on the phone, on the telephone, on a call, on her phone, on his phone = /phone-ear prop:phone
at the wheel, behind the wheel, at the steering wheel = drive
in a wheelchair, in his wheelchair, in her wheelchair = sit
on a bicycle, on a bike, on her bike, on his bike, on bicycles, on bikes, on a racing bike, on the bike = ride-bicycle
on a motorcycle, on a motorbike, on his motorcycle, on a scooter, on the motorbike, on motorcycles = ride-motorcycle
on horseback, on a horse, on his horse, on her horse, on horses = ride-horse
on her knees, on his knees, on one knee, on their knees = kneel
on all fours = crawl
in tears = /cry
at attention = /salute
on tiptoe, on stage, on guard, on duty, on display = stand
"""
# What things do by themselves.
_THINGS = """
drive, roll, travel, ride, run, race, speed, move, go, come, cruise, skid, swerve, chug, thunder, roar, rumble, rattle, rush, sail, steam, accelerate, slide, glide, cross, follow, chase, approach, reach, pass, overtake, turn corner, turn into, race down, wind, drift, hurtle, crawl, streak, zoom, tear, whizz, flash past, cut, bounce, spin off, navigate, wheel, pull ahead, circle, carry, taxi = drive/drive to
arrive, pull in, pull up, enter, appear, come in, dock, draw up, emerge, come into, roll in, drive up, turn up, steam in, land, drive in, roll up, come into view, screech, screech to, come round, pull over, draw in = drive/drive to to:in
leave, depart, drive away, drive off, pull away, pull out, disappear, vanish, exit, drive on, speed off, speed away, roll away, roll off, head off, move off, sail away, race off, set off, race away, roll out, set sail = drive/drive to to:away
stop, come to, brake, park, halt, slow down, come to rest, slow = /stop
drive past, drive by, pass by, race past, speed past, roll past, rush past, rush by, roll by, fly past, rattle past, go by, come past, thunder past, speed by, race by, sail past = drive/drive to to:past
turn, rotate, spin, revolve, swivel, swirl, twirl, whirl, orbit = /turn
turn over, tumble, capsize, flip, overturn, roll over, tip over, topple, fall, fall off, drop, fall down, fall over, fall out, crash, collapse, plunge, slip, slip off, drop down, tip, topple over, come down, descend, sink, hit, crash into, collide, slam into, splash, drop into, smash, shatter, rain down, tumble down = fall/fall to
open, open up, swing open, slide open, pop open, unfold, unfurl, bloom, burst open, split, fly open, creak open = /open
close, shut, slam, slam shut, swing shut, close over, slide shut, fall shut = /close
ring, buzz, vibrate, shake, tremble, wobble, beep, jingle, chime, blare, toll, quiver, hum, sound, go off, crackle, whistle, flutter, flap, rustle = /shake
swing, sway, dangle, rock, creak, sway to, bob, = /swing
rise, lift, lift off, go up, launch, ascend, take off, climb, soar, float up, shoot up, come up, grow, = float/rise
blow, blow away, float, hover, fly, drift-over, hang in, fly over, fly by, fly past = float/float to
burn by candle, burn by fire, burn by campfire, burn by torch, burn by fireplace, burn by lamp, crackle by fire, burn by lantern, reveal, stand, lie, sit, hang, rest, wait, lean, stay, remain, be, stretch, tower, loom, spread, surround, line, face, lead, fill, cover, await, contain, belong, feature, show, idle, gather, hold, occupy, overlook, dominate, attract = /be
flicker, flash, blink, glow, shine, light up, glimmer, turn green, turn red, turn off, go out, go on, go dark, come on, switch on, illuminate, gleam, glint, glitter, sparkle, shimmer, die out, die, burn out, change, blaze = /blink
"""
# What people do and no layout shows: the posture stays.
_INVISIBLE = """
cross self, play, play game, play tennis, arrest, handcuff, cuff, undress, vomit, change, bathe, inject, operate on, give birth, tattoo, win, lose, practise, practice, celebrate birthday
"""
# What things do and no layout shows.
_UNSHOWN = """
drip, trickle, spit, spit out, explode, burn, break, melt, boil, sizzle, bubble, leak, burst, crack, smoke, foam, evaporate, rot, freeze over, dissolve, disintegrate, crumble, catch fire, blow up, overflow, rust, fade, ooze, fizz, erupt, fall apart, snap, tear, flow, stream, spray, bleed, start, crackle, run out, transform, morph
"""
_IRREGULAR = """
sit sat sat; lie lay lain lying; stand stood stood; run ran run; go went gone; come came come;
rise rose risen; leave left left; get got got; fall fell fallen; sleep slept slept; kneel knelt
knelt; bend bent bent; lean leant leant; creep crept crept; steal stole stolen; drive drove driven;
ride rode ridden; swim swam swum; fly flew flown; hang hung hung; swing swung swung; read read read;
write wrote written; draw drew drawn; drink drank drunk; eat ate eaten; bite bit bitten; light lit
lit; cut cut cut; beat beat beaten; shoot shot shot; take took taken; put put put; lay laid laid;
set set set; hold held held; keep kept kept; have had had has; give gave given; pay paid paid; sell
sold sold; bring brought brought; tear tore torn; throw threw thrown; cast cast cast; catch caught
caught; shake shook shaken; hit hit hit; fight fought fought; strike struck struck; weep wept wept;
speak spoke spoken; say said said; tell told told; sing sang sung; ring rang rung; hear heard
heard; think thought thought; see saw seen; spin span spun; buy bought bought; find found found;
steer steered steered; feed fed fed; break broke broken; wear wore worn; make made made; build built
built; sweep swept swept; shut shut shut; hide hid hidden; bear bore borne; sink sank sunk; spring
sprang sprung; leap leapt leapt; tread trod trodden; flee fled fled; speed sped sped; slide slid
slid; be was been; do did done; let let let; begin began begun; feel felt felt; wind wound wound;
stick stuck stuck; dig dug dug; blow blew blown; burst burst burst; spread spread spread; grow grew
grown; shine shone shone; choose chose chosen; seek sought sought; lose lost lost; spill spilt
spilt; burn burnt burnt; sew sewed sewn; lend lent lent; freeze froze frozen; split split split;
overtake overtook overtaken; meet met met; die died died dying; tie tied tied tying
"""


def _rows(text: str, *, shown: bool = True) -> Iterator[Verb]:
    for line in text.strip().splitlines():
        names, _, action = line.partition(" = ")
        shape, *options = action.split() or [""]
        posture, _, gesture = shape.partition("/")
        role = next((word for word in options if word in ROLES), "target")
        named = dict(word.split(":") for word in options if ":" in word)
        for name in names.split(", "):
            yield Verb(
                name.strip(),
                posture,
                gesture,
                role,
                named.get("to", ""),
                named.get("look", ""),
                float(named.get("pace", 1)),
                named.get("prop", ""),
                "change" in options,
                named.get("motion", ""),
                shown,
            )


def _table(*texts: str) -> Mapping[str, Verb]:
    table: dict[str, Verb] = {}
    for text in texts:
        for verb in _rows(text):
            table.setdefault(verb.name, verb)
    return table


VERBS: Mapping[str, Verb] = {
    **_table(_GESTURES, _MOVES),
    **{verb.name: verb for verb in _rows(_INVISIBLE, shown=False)},
}
STATES = _table(_STATES)
THING_VERBS: Mapping[str, Verb] = {
    **{verb.name: verb for verb in _rows(_UNSHOWN, shown=False)},
    **_table(_THINGS),
}
MEANINGLESS_PARTICLES = frozenset("away off out up down over back along by".split())


@cache
def forms() -> Mapping[str, tuple[str, str]]:
    """Inflected words to base form and form: base, s, ing or ed (also the past participle)."""
    bases = {name.split()[0] for table in (VERBS, THING_VERBS) for name in table}
    irregular = {row.split()[0]: row.split() for row in _IRREGULAR.split(";")}
    table: dict[str, tuple[str, str]] = {}
    for base in sorted(bases | set(irregular)):
        past = irregular.get(base, ["", _past(base), _past(base)])
        table.setdefault(_third_person(base), (base, "s"))
        table.setdefault(_participle(base), (base, "ing"))
        for form in past[1:3]:
            table.setdefault(form, (base, "ed"))
        for form in past[3:]:
            table[form] = (base, "ing" if form.endswith("ing") else "s")
    # A word that is also a base form is read as one, save for those that only look like it.
    for base in sorted(bases):
        if table.get(base, ("", ""))[0] != base:
            table[base] = (base, "base")
    table.update(dict.fromkeys(("lay", "lain"), ("lie", "ed")), fell=("fall", "ed"))
    return table


def _third_person(base: str) -> str:
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    return base[:-1] + "ies" if base.endswith("y") and base[-2] not in "aeiou" else base + "s"


def _doubles(base: str) -> bool:
    vowels = "aeiou"
    return (
        len(base) > 2
        and base[-1] not in "wxyh" + vowels
        and base[-2] in vowels
        and base[-3] not in vowels
        and (len(base) <= 4 or base in ("unzip", "unwrap", "regret", "uncap"))
        and base not in ("open", "edit", "exit", "edge", "iron", "fire")
    )


def _participle(base: str) -> str:
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith("ee"):
        return base[:-1] + "ing"
    return base + base[-1] + "ing" if _doubles(base) else base + "ing"


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + base[-1] + "ed" if _doubles(base) else base + "ed"
