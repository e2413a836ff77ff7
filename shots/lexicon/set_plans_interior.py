"""Floor plans of the interior sets, in the notation of `places.read_plan`."""

from __future__ import annotations

INTERIORS = """
[room] -3.6 -3.2 3.6 3.6 2.7
door W -1.4; window N -1.6 ^0.9 1.5x1.3; table 1.9,2.2; chair-1=chair 0.9,2.2@90
chair-2=chair 2.9,2.2@-90; painting N 1.8 ^1.4; radiator N -1.6; lamp=ceiling-lamp 0,1.6 ^2.0

[kitchen] -3.2 -3.2 3.2 4 2.6 outside=garden
door W -1.4; back-door=glass-door E 3.05; window N -0.2 ^1.1 1.2x1.1; fridge N -2.85 !
counter-1=kitchen-counter N -1.52 !; sink N -0.2 !; stove N 0.51 !; counter-2=kitchen-counter N 1.72 1.8
cupboard-1=wall-cupboard N -1.55 ^1.5; cupboard-2=wall-cupboard N 1.25 ^1.5
cupboard-3=wall-cupboard N 2.46 ^1.5; table=dining-table 1.5,1.75 1.5x0.75x0.85
chair-1=chair 0.52,1.75@90; chair-2=chair 2.48,1.75@-90; chair-3=chair 1.1,2.45; chair-4=chair 1.9,2.45
fruit-bowl 1.5,1.75 ^0.75; kettle -1.9,3.7 ^0.9; pot 0.4,3.7 ^0.92; toaster -1.1,3.75 ^0.9
coffee-machine 1.9,3.7 ^0.9; wall-clock W 1.2 ^1.7; lamp=ceiling-lamp 1.5,1.75 ^1.75
radiator E -1.2; plant=houseplant -2.8,1.0; painting E 0.6 ^1.4 0.6x0.5

[living-room] -3.6 -3.4 3.6 4 2.7 outside=garden
door W -1.6; window N 2.2 ^0.6 1.6x1.6; window-2=window E 0.4 ^0.6 1.8x1.6; sofa 0,3.0; coffee-table 0,1.85
armchair-1=armchair -2.1,2.0@65; armchair-2=armchair 2.2,2.0@-65; floor-lamp 1.4,3.6; bookshelf-1=bookshelf N -2.9 !
bookshelf-2=bookshelf N -1.95; painting N -0.2 ^1.5 1.1x0.75; carpet 0,1.9 3.4x0.015x2.4
sideboard=cupboard W 1.2 1.6x0.55x0.45; television -3.33,1.2@90 ^0.55; houseplant 3.1,3.5; magazine 0.2,1.8 ^0.42
fireplace E -1.9 !; painting-2=painting S 1.6 ^1.4; drawers S -1.8; table-lamp -1.8,-3.15 ^0.95
curtain-1=curtain 1.3,3.92 0.4x2.3x0.1; curtain-2=curtain 3.15,3.92 0.4x2.3x0.1; vase -0.25,1.9 ^0.42

[bedroom] -3 -3.2 3 3.8 2.6 outside=garden
door W -2.0; window W 1.2 ^0.7 1.5x1.5; bed=double-bed N 0.7; bedside-1=bedside-table N -0.55; bedside-2=bedside-table N 1.95
lamp-1=table-lamp -0.55,3.6 ^0.55; lamp-2=table-lamp 1.95,3.6 ^0.55; wardrobe E -0.9 !; painting N 0.7 ^1.6
dressing-table W -0.55 !; stool -2.2,-0.55@-90; carpet 0.2,0.9 2.6x0.015x1.6; drawers S 1.2 !; mirror S 1.2 ^1.25
curtain-1=curtain -2.92,0.25@90 0.4x2.3x0.1; curtain-2=curtain -2.92,2.15@90 0.4x2.3x0.1; armchair -2.1,3.1@40

[bathroom] -2.3 -2.6 2.3 2.6 2.5 outside=garden spread=0.7
door E -1.7; window N 0.5 ^1.3 0.9x0.8; bathtub -0.3,2.15@90; shower 1.75,2.05 !; washbasin W -0.3 !; mirror W -0.3 ^1.2
toilet E 0.2; radiator W 1.3; towel -2.1,1.3 ^0.6; plant=plant-pot -1.9,2.2; bin -1.95,-1.2 0.3x0.4x0.3
lamp=ceiling-lamp 0,0.4 ^1.8

[office] -4.6 -3.8 4.6 4.4 2.8
door W -2.2; window-1=window N -2.6 ^0.8 2.2x1.6; window-2=window N 0.2 ^0.8 2.2x1.6; window-3=window N 3.0 ^0.8 2.2x1.6
desk-1=desk 1.9,1.8 !; office-chair-1=office-chair 1.9,2.6; desk-2=desk -1.9,1.8; office-chair-2=office-chair -1.9,2.6
desk-3=desk 3.7,0.2@-90; office-chair-3=office-chair 2.9,0.2@90; desk-4=desk -3.4,-0.2@90
office-chair-4=office-chair -2.6,-0.2@-90; computer-1=computer 1.8,1.8@180 ^0.75; computer-2=computer -1.9,1.8@180 ^0.75
computer-3=computer 3.9,0.2@-90 ^0.75; laptop -3.5,-0.2@90 ^0.75; desk-lamp 2.45,1.9 ^0.75; filing-cabinet W 2.6 !
filing-cabinet-2=filing-cabinet W 3.1; bookshelf E 3.2; plant=houseplant 4.1,4.0; printer -4.35,2.6@90 ^1.32
whiteboard E -2.0 ^1.0 !; tube-1=neon-tube -2,1 ^2.68; tube-2=neon-tube 2,1 ^2.68; coat-rack -4.2,-3.3

[meeting-room] -4.2 -3.4 4.2 5 2.8
glass-door W -2.2; window-1=window N -2 ^0.7 2.4x1.7; window-2=window N 1.6 ^0.7 2.4x1.7; table=conference-table 0,2.7
chair-1=office-chair -2.05,2.7@90; chair-2=office-chair 2.05,2.7@-90; chair-3=office-chair -1.0,3.75; chair-4=office-chair 0,3.75
chair-5=office-chair 1.0,3.75; chair-6=office-chair -1.0,1.65@180; chair-7=office-chair 1.0,1.65@180
screen=projection-screen E 1.5 ^0.9 !; whiteboard W 1.2 ^1.0; laptop 0.4,2.9 ^0.75; plant=houseplant -3.7,4.5
glass-1=glass -0.6,2.6 ^0.75; jug 0,2.6 ^0.75; tube-1=neon-tube -1,2.7 ^2.68; tube-2=neon-tube 1,2.7 ^2.68

[corridor] -1.5 -8 1.5 13 2.6 spread=0.6
door W 2.4; door-2=door E 4.2; door-3=door W 7; door-4=door E 9; door-5=door E -2.5; door-6=door W -4
end=glass-door N 0 1.6x2.1; fire-extinguisher 1.35,1.6@-90 ^0.6; radiator W 4.8; bench E 6.4
tube-1=neon-tube 0,-5@90 ^2.5; tube-2=neon-tube 0,-1@90 ^2.5; tube-3=neon-tube 0,3@90 ^2.5; tube-4=neon-tube 0,7@90 ^2.5
tube-5=neon-tube 0,11@90 ^2.5; painting E 2.6 ^1.4 0.6x0.5; sign W 3.4 ^1.5 0.4x0.3

[stairwell] -2.6 -3.4 2.6 6.4 5.8 spread=0.6
door W -1.6; stairs -1.3,3.3 1.3x2.8x4.2; window N 1.3 ^3.6 1.2x1.4; lamp=ceiling-lamp 1.3,1 ^2.4 ; radiator E 0.6
bicycle 1.9,3.4@0; sign E 2 ^1.6 0.4x0.4; post=mailbox 2.4,-1.4@-90; houseplant 2.1,5.9

[bar] -5.2 -3.6 5.2 4.8 3
door W -2.2; counter-1=bar-counter -1.5,2.6; counter-2=bar-counter 1.5,2.6; shelf-1=bar-shelf N -1.7; shelf-2=bar-shelf N 1.7
stool-1=bar-stool 0.6,1.95@180; stool-2=bar-stool -0.4,1.95@180; stool-3=bar-stool 1.6,1.95@180; stool-4=bar-stool -1.4,1.95@180
stool-5=bar-stool 2.6,1.95@180; +barkeeper 0.1,3.6; +counter 0.1,1.7@180; till 2.6,2.65@180 ^1.1; beer-glass -0.9,2.5 ^1.1
cocktail 1.1,2.5 ^1.1; table-1=round-table -3.7,0.7; chair-1=chair -4.45,0.7@90; chair-2=chair -2.95,0.7@-90
table-2=round-table 3.8,0.5; chair-3=chair 3.05,0.5@90; chair-4=chair 4.55,0.5@-90; candle-1=candle -3.7,0.7 ^0.75
candle-2=candle 3.8,0.5 ^0.75; jukebox E 2.6; neon-sign E -1.2 ^1.8; lamp-1=ceiling-lamp -1.6,2.5 ^2.1
lamp-2=ceiling-lamp 0,2.5 ^2.1; lamp-3=ceiling-lamp 1.6,2.5 ^2.1; window W 1.8 ^1.0 1.4x1.4; painting S 2 ^1.4; poster S -2 ^1.3

[restaurant] -5.4 -3.8 5.4 6 3
door W -2.4; kitchen-door=door N -4.2; window-1=window E 0 ^0.7 1.8x1.7; window-2=window E 3.4 ^0.7 1.8x1.7
table=table 0,2.0 0.9x0.75x0.9 white; chair-1=chair -0.82,2.0@90; chair-2=chair 0.82,2.0@-90
table-2=table -3.2,0.9 0.9x0.75x0.9 white; chair-3=chair -4.0,0.9@90; chair-4=chair -2.4,0.9@-90
table-3=table 3.3,0.9 0.9x0.75x0.9 white; chair-5=chair 2.5,0.9@90; chair-6=chair 4.1,0.9@-90
table-4=table -2.6,4.0 0.9x0.75x0.9 white; chair-7=chair -3.4,4.0@90; chair-8=chair -1.8,4.0@-90
table-5=table 2.6,4.0 0.9x0.75x0.9 white; chair-9=chair 1.8,4.0@90; chair-10=chair 3.4,4.0@-90
candle-1=candle 0,2.15 ^0.75; candle-2=candle -3.2,0.9 ^0.75; candle-3=candle 3.3,0.9 ^0.75; candle-4=candle -2.6,4 ^0.75
candle-5=candle 2.6,4 ^0.75; plate-1=plate -0.25,2 ^0.75; plate-2=plate 0.25,2 ^0.75; glass-1=wine-glass -0.2,2.25 ^0.75
glass-2=wine-glass 0.2,2.25 ^0.75; chandelier 0,3 ^1.95; painting N 0 ^1.3 1.6x1; painting-2=painting N 3 ^1.4
houseplant -4.9,5.5; houseplant-2=houseplant 4.9,5.5; counter=reception-desk W 3.4 1.6x1.1x0.6 brown !; painting-3=painting S 2 ^1.4

[cafe] -4.6 -3.6 4.6 4.6 3
door=glass-door W -2.2; window-1=window W 0.6 ^0.5 2.4x2; counter=bar-counter 1.8,2.7 3x1.05x0.65; machine=coffee-machine 1.2,2.75 ^1.05
till 2.6,2.75@180 ^1.05; cake 1.9,2.65 ^1.05; croissant 2.1,2.5 ^1.05; shelf=bar-shelf N 2.2 2.2x2.2x0.35; menu=blackboard N -0.4 ^1.3 1.6x1.1
table-1=round-table -1.5,2.0; chair-1=chair -2.28,2.0@90; chair-2=chair -0.72,2.0@-90; table-2=round-table -3.4,3.4
chair-3=chair -4.1,3.4@90; chair-4=chair -2.65,3.4@-90; table-3=round-table 3.4,0.4; chair-5=chair 2.65,0.4@90
chair-6=chair 4.15,0.4@-90; cup-1=coffee-cup -1.6,1.9 ^0.75; cup-2=coffee-cup -1.35,2.1 ^0.75; flower-vase -3.4,3.4 ^0.75
+barkeeper 1.8,3.5; +counter 1.8,1.9@180; lamp-1=ceiling-lamp 1.2,2.6 ^2.2; lamp-2=ceiling-lamp 2.4,2.6 ^2.2; lamp-3=ceiling-lamp -1.5,2 ^2.1
houseplant -4.1,4.2; poster E 0.4 ^1.3; poster-2=poster E 1.6 ^1.3; painting S 1.5 ^1.4

[shop] -4.4 -3.6 4.4 4.8 3
door=glass-door W -2.2; window=shop-window W 0.6 2.6x2.3; shelf-1=shop-shelf N -3.2 !; shelf-2=shop-shelf N -1.5; shelf-3=shop-shelf N 0.2
shelf-4=shop-shelf N 1.9; shelf-5=shop-shelf E 3.2; rack-1=clothes-rack -2.3,2.0 ; rack-2=clothes-rack 2.4,3.0
counter=reception-desk 3.0,1.2 2x1.0x0.7; till 3.4,1.2@180 ^1.0; +salesperson 3.0,2.0; +counter 3.0,0.45@180
mirror=standing-mirror -3.6,3.4@45; plinth -0.8,2.6; shopping-bag 2.5,1.2 ^1.0; tube-1=neon-tube -1.5,1.5 ^2.88; tube-2=neon-tube 1.5,1.5 ^2.88
poster E -1 ^1.2; poster-2=poster S -1.5 ^1.2; shelf-6=shop-shelf S 2

[supermarket] -6.2 -6.5 6.2 13 3.6
door=glass-door W -4.5 1.8x2.1; shelf-1=shop-shelf -1.9,0.9@90; shelf-2=shop-shelf -1.9,2.5@90; shelf-3=shop-shelf -1.9,4.1@90
shelf-4=shop-shelf -1.9,5.7@90; shelf-5=shop-shelf -1.9,7.3@90; shelf-6=shop-shelf -1.9,8.9@90; shelf-7=shop-shelf 1.9,0.9@-90
shelf-8=shop-shelf 1.9,2.5@-90; shelf-9=shop-shelf 1.9,4.1@-90; shelf-10=shop-shelf 1.9,5.7@-90; shelf-11=shop-shelf 1.9,7.3@-90
shelf-12=shop-shelf 1.9,8.9@-90; shelf-13=shop-shelf 5.8,1@-90; shelf-14=shop-shelf 5.8,2.6@-90; shelf-15=shop-shelf 5.8,4.2@-90
shelf-16=shop-shelf -5.8,1@90; shelf-17=shop-shelf -5.8,2.6@90; shelf-18=shop-shelf -5.8,4.2@90
fridge-1=fridge N -1.2 1.2x2x0.7; fridge-2=fridge N 0 1.2x2x0.7; fridge-3=fridge N 1.2 1.2x2x0.7; trolley=shopping-trolley 0.9,2.6@180
till 3.6,-3.0@-90 ^0.9; checkout=kitchen-counter 3.6,-3.2@90 2.4x0.9x0.7 grey; +cashier 4.4,-3.2@-90; tube-1=neon-tube 0,0@90 ^3.45
tube-2=neon-tube 0,3@90 ^3.45; tube-3=neon-tube 0,6@90 ^3.45; tube-4=neon-tube 0,9@90 ^3.45; +shelf -1.2,2.5@-90

[hospital-room] -3.6 -3.4 3.6 3.8 2.7
door W -2.0 1.2x2.1; window E 1.4 ^0.8 1.8x1.5; bed=hospital-bed N 0.7; drip=drip-stand N -0.3; monitor=medical-monitor N 1.65
bed-2=hospital-bed N -2.2; curtain N -1.2 1.6x2.3x0.1@90 ; chair 1.9,1.7@-60; bedside-table N 2.4; flower-vase 2.4,3.55 ^0.55
washbasin W 0.6; mirror W 0.6 ^1.2; tube-1=neon-tube 0,1 ^2.58; wheelchair -2.7,-2.6@30; wall-clock N -0.6 ^1.9; painting S 1.4 ^1.4

[operating-room] -3.6 -3.4 3.6 4 2.9
door=glass-door W -2.0 1.4x2.1; table=operating-table 0,2.1@90; monitor=medical-monitor -1.6,2.9; monitor-2=medical-monitor 1.7,3.0
drip=drip-stand 1.5,2.2; trolley=cart 2.6,1.2@90 0.8x0.9x0.5 silver; cupboard N -2.4 1.6x1.9x0.45 white; cupboard-2=cupboard N 2.6 1.6x1.9x0.45 white
lamp=ceiling-lamp 0,2.1 ^1.95 1.1x0.9x1.1; +surgeon 0,2.75; +assistant 0.6,1.4@180; tube-1=neon-tube -1.5,0 ^2.78; tube-2=neon-tube 1.5,0 ^2.78

[classroom] -4.6 -4.6 4.6 5 2.9 outside=garden
door W 3.4; blackboard N 0 ^0.9 3x1.3 !; desk=desk 2.9,3.6; chair=chair 2.9,4.3; window-1=window E -2.6 ^0.9 1.8x1.6
window-2=window E 0 ^0.9 1.8x1.6; window-3=window E 2.6 ^0.9 1.8x1.6; pupil-1=school-desk -1.9,1.4@180; chair-1=chair -1.9,0.85@180
pupil-2=school-desk -3.3,1.4@180; chair-2=chair -3.3,0.85@180; pupil-3=school-desk 1.9,1.4@180; chair-3=chair 1.9,0.85@180
pupil-4=school-desk 3.3,1.4@180; chair-4=chair 3.3,0.85@180; pupil-5=school-desk -1.9,-0.4@180; chair-5=chair -1.9,-0.95@180
pupil-6=school-desk -3.3,-0.4@180; chair-6=chair -3.3,-0.95@180; pupil-7=school-desk 1.9,-0.4@180; chair-7=chair 1.9,-0.95@180
pupil-8=school-desk 3.3,-0.4@180; chair-8=chair 3.3,-0.95@180; +teacher 0,3.9; globe 2.5,3.6 ^0.75; map=poster N 3.0 ^1.0 1.3x1
wall-clock N -2.6 ^2.1; bookshelf W 0.6; tube-1=neon-tube -2,1.5 ^2.78; tube-2=neon-tube 2,1.5 ^2.78; poster W -1.6 ^1.2; poster-2=poster S 1 ^1.2

[lift] -1.15 -1.15 1.15 1.15 2.4 spread=0.45 outside=corridor
+door 0,-0.95@180; +panel 0.75,-0.6@180; mirror N 0 ^0.95 1.4x1.1

[car] -12 -14 12 14 2.7 outside=country-road
car 0,0; +outside-left 1.5,-0.2@90; +outside-right -1.5,-0.2@-90; +in-front 0,-3.2
lane -0,60 0,-60; lane 3.5,-60 3.5,60

[tram] -1.6 -6 1.6 7 2.4 spread=0.5
seat-1=train-seat 1.0,1.7; seat-2=train-seat -1.0,1.7; seat-3=train-seat 1.0,2.9; seat-4=train-seat -1.0,2.9; seat-5=train-seat 1.0,4.1
seat-6=train-seat -1.0,4.1; seat-7=train-seat 1.0,5.3; seat-8=train-seat -1.0,5.3; seat-9=train-seat 1.0,-2.2@180
seat-10=train-seat -1.0,-2.2@180; seat-11=train-seat 1.0,-3.4@180; seat-12=train-seat -1.0,-3.4@180
pole-1=pole 0.62,1.2 0.05x2.4x0.05 yellow; pole-2=pole -0.62,1.2 0.05x2.4x0.05 yellow
pole-3=pole 0.62,-1.5 0.05x2.4x0.05 yellow; pole-4=pole -0.62,-1.5 0.05x2.4x0.05 yellow
>door 1.3,0@-90; >far-door -1.3,0@90; +window 1.2,0.6@90

[train] -1.7 -1.7 1.7 1.7 2.4 spread=0.45 outside=field
seat-1=train-seat 1.3,0.9@-90; seat-2=train-seat -1.3,0.9@90; seat-3=train-seat 1.3,-0.5@-90; seat-4=train-seat -1.3,-0.5@90
suitcase 1.3,0.9@90 ^1.75 0.6x0.4x0.4 maroon; sports-bag -1.3,0.7@90 ^1.75; >door 0,-1.5; +window 0,1.25@180

[aeroplane-cabin] -2.2 -4.5 2.2 9 2.3 spread=0.45
seat-1=train-seat 1.15,1.5 1.3; seat-2=train-seat -1.15,1.5 1.3; seat-3=train-seat 1.15,2.45 1.3; seat-4=train-seat -1.15,2.45 1.3
seat-5=train-seat 1.15,3.4 1.3; seat-6=train-seat -1.15,3.4 1.3; seat-7=train-seat 1.15,4.35 1.3; seat-8=train-seat -1.15,4.35 1.3
seat-9=train-seat 1.15,5.3 1.3; seat-10=train-seat -1.15,5.3 1.3; seat-11=train-seat 1.15,6.25 1.3; seat-12=train-seat -1.15,6.25 1.3
seat-13=train-seat 1.15,7.2 1.3; seat-14=train-seat -1.15,7.2 1.3; >door -1.9,-2.2@90; +galley 1.2,-2.2; +aisle 0,3.0

[cockpit] -2 -3.4 2 3 2.3 spread=0.45
seat-1=car-seat 0.7,1.35@180 0.6x1.2x0.75; seat-2=car-seat -0.7,1.35@180 0.6x1.2x0.75; >door 0,-3.0@180

[church] -6.5 -10 6.5 11 9
door S 0 2x3; altar 0,9.0; cross=cross 0,10.7 ^2.2 2x3.2x0.2; candle-1=candlestick -0.7,9 ^0.95; candle-2=candlestick 0.7,9 ^0.95
lectern -2.6,7.2; pew-1=pew 3.1,2.6@180; pew-2=pew -3.1,2.6@180; pew-3=pew 3.1,1.3@180; pew-4=pew -3.1,1.3@180; pew-5=pew 3.1,0@180
pew-6=pew -3.1,0@180; pew-7=pew 3.1,-1.3@180; pew-8=pew -3.1,-1.3@180; pew-9=pew 3.1,-2.6@180; pew-10=pew -3.1,-2.6@180
pew-11=pew 3.1,3.9@180; pew-12=pew -3.1,3.9@180; +altar 0,8.0@180; +priest 0,9.8; carpet 0,1 1.5x0.015x15
column-1=column 5.0,-6 0.7x6x0.7; column-2=column -5.0,-6 0.7x6x0.7; column-3=column 5.0,0 0.7x6x0.7; column-4=column -5.0,0 0.7x6x0.7
column-5=column 5.0,6 0.7x6x0.7; column-6=column -5.0,6 0.7x6x0.7

[theatre] -8 -14 8 6 7
seat-1=cinema-seat -2.1,-8@180; seat-2=cinema-seat -1.4,-8@180; seat-3=cinema-seat -0.7,-8@180; seat-4=cinema-seat 0,-8@180
seat-5=cinema-seat 0.7,-8@180; seat-6=cinema-seat 1.4,-8@180; seat-7=cinema-seat 2.1,-8@180; seat-8=cinema-seat -2.1,-9.2@180
seat-9=cinema-seat -1.4,-9.2@180; seat-10=cinema-seat -0.7,-9.2@180; seat-11=cinema-seat 0,-9.2@180; seat-12=cinema-seat 0.7,-9.2@180
seat-13=cinema-seat 1.4,-9.2@180; seat-14=cinema-seat 2.1,-9.2@180; spotlight-1=spotlight -5.2,-1 ; spotlight-2=spotlight 5.2,-1
>wing-left -5,1@90; >wing-right 5,1@-90; +microphone 0,-1.6; chair 2.6,1.8@-20; piano=grand-piano -3.2,2.2@60

[cinema] -6 -6 6 9 6
seat-1=cinema-seat 0.8,1.6@0; seat-2=cinema-seat 1.5,1.6; seat-3=cinema-seat 2.2,1.6; seat-4=cinema-seat -0.8,1.6; seat-5=cinema-seat -1.5,1.6
seat-6=cinema-seat -2.2,1.6; seat-7=cinema-seat 0.8,2.8; seat-8=cinema-seat 1.5,2.8; seat-9=cinema-seat 2.2,2.8; seat-10=cinema-seat -0.8,2.8
seat-11=cinema-seat -1.5,2.8; seat-12=cinema-seat -2.2,2.8; seat-13=cinema-seat 0.8,4.0; seat-14=cinema-seat 1.5,4.0; seat-15=cinema-seat 2.2,4.0
seat-16=cinema-seat -0.8,4.0; seat-17=cinema-seat -1.5,4.0; seat-18=cinema-seat -2.2,4.0; seat-19=cinema-seat 0.8,5.2; seat-20=cinema-seat 1.5,5.2
seat-21=cinema-seat -0.8,5.2; seat-22=cinema-seat -1.5,5.2; >door -5.5,-3@90; screen=projection-screen S 0 ^0.8 8x4; exit=sign W 5 ^2.5 0.5x0.25 green

[gym] -5.5 -4.5 5.5 5 3.4
door=glass-door W -2.6; mill-1=treadmill -3.6,2.4 ; mill-2=treadmill -2.4,2.4; mill-3=treadmill -4.7,2.4; bench 2.4,2.2@90 1.3x0.45x0.4 black
barbell 2.4,3.0 ^0.9; rack=shelf N 3.6 2x0.9x0.4 black !; dumbbell-1=dumbbell 3.1,4.8 ^0.6; dumbbell-2=dumbbell 3.6,4.8 ^0.6; dumbbell-3=dumbbell 4.1,4.8 ^0.6
window-1=window E -1.5 ^1.2 2x1.5; window-2=window E 1.8 ^1.2 2x1.5; ball=ball 1.6,3.8 0.7x0.7x0.7 blue; mat=carpet 0,0.3 2.4x0.015x1.8 blue
locker-1=locker S 2; locker-2=locker S 3; tube-1=neon-tube -2,1 ^3.28; tube-2=neon-tube 2,1 ^3.28; bike=bicycle 4.2,0.8@90

[warehouse] -8 -7 8 14 6
door=garage-door N 4.6 3.4x3.2; side-door=door W -4; rack-1=shelf -3.6,2@90 2.4x3.6x0.9 orange; rack-2=shelf -3.6,4.6@90 2.4x3.6x0.9 orange
rack-3=shelf -3.6,7.2@90 2.4x3.6x0.9 orange; rack-4=shelf 3.6,4.6@-90 2.4x3.6x0.9 orange; rack-5=shelf 3.6,7.2@-90 2.4x3.6x0.9 orange
pallet-1=pallet 3.2,1.2; pallet-2=pallet 4.8,1.6; crate-1=crate 2.4,2.6; crate-2=crate -2.4,10.2; box-1=box 3.2,1.2 ^0.75; drum-1=oil-drum -2.3,1.0
drum-2=oil-drum -2.9,0.6; pallet-3=pallet -6.4,-1.5; crate-3=crate 1.2,11.5; pallet-4=pallet -1,12.6; tube-1=neon-tube 0,0 ^5.2; tube-2=neon-tube 0,6 ^5.2

[garage] -4.6 -4 4.6 5 2.8
garage-door N -1.8 3x2.3; door W -2.4; car -2.0,2.3@180; workbench E 1.6 !; toolbox 4.3,1.2@-90 ^0.9; shelf=shelf N 2.6 !; shelf-2=shelf N 3.7
bicycle 3.7,-1.4@0; ladder E 3.4; drum=oil-drum 1.2,4.4; box-1=box 2.6,4.8 ^0.98; tyre=crate 2.0,3.4; lamp=neon-tube 0,0.6 ^2.68; spade 4.3,4.4@-90 ^0 

[workshop] -4.4 -3.6 4.4 4.6 3
door W -2.2; window N 0.2 ^1.2 2.2x1.3; workbench N 0.2 2.6x0.9x0.7 !; hammer -0.4,4.2@60 ^0.9; saw 0.6,4.2@80 ^0.9; drill 1.1,4.2 ^0.9
workbench-2=workbench -2.6,1.8@90; toolbox -2.6,2.2@90 ^0.9; shelf-1=shelf N -2.4 !; shelf-2=shelf N 2.6; shelf-3=shelf E 2.2; barrel 3.6,4.0
ladder E 0.2; stool -1.9,1.6@-90; crate 2.6,2.6; lamp=ceiling-lamp 0,1.4 ^2.2; sack 3.4,3.2; cupboard E -1.6 1.2x1.9x0.5

[prison-cell] -2.2 -2.4 2.2 2.8 2.7 spread=0.6
bed=bunk-bed -1.65,1.5; toilet E -0.4; sink=washbasin E 0.5; table=table 1.7,1.7@-90 0.8x0.75x0.55 grey; stool 1.15,1.7@90; >door 0.7,2.3; +bars 0.3,2.3@180

[court-room] -6.5 -7 6.5 7 4.2
door S 0 1.8x2.3; bench=bar-counter 0,4.6 3.4x1.3x0.8; judge=armchair 0,5.4 0.9x1.4x0.8 black; witness=lectern -2.7,3.8@20; desk-1=desk -2.6,0.9@180 1.8x0.75x0.8
chair-1=chair -2.9,0.2@180; chair-2=chair -2.2,0.2@180; desk-2=desk 2.6,0.9@180 1.8x0.75x0.8; chair-3=chair 2.3,0.2@180; chair-4=chair 3.0,0.2@180
pew-1=pew 2.6,-3.4@180; pew-2=pew -2.6,-3.4@180; pew-3=pew 2.6,-4.6@180; pew-4=pew -2.6,-4.6@180; flag 2.3,5.9 1x2.2x0.12; jury-1=pew E 2.4; jury-2=pew E 4.2
+witness -2.7,4.3; +lawyer 0.6,1.6@180; clock=wall-clock W 2 ^2.4; window-1=window W 0 ^1.6 1.4x1.9; window-2=window W 4 ^1.6 1.4x1.9; book -2.4,0.95 ^0.75

[library] -5.5 -5 5.5 7 3.6
door W -3.4; shelf-1=bookshelf N -4.6 0.95x2.4x0.32 !; shelf-2=bookshelf N -3.6 0.95x2.4x0.32; shelf-3=bookshelf N -2.6 0.95x2.4x0.32
shelf-4=bookshelf N -1.6 0.95x2.4x0.32; shelf-5=bookshelf N -0.6 0.95x2.4x0.32; shelf-6=bookshelf N 0.4 0.95x2.4x0.32; shelf-7=bookshelf N 1.4 0.95x2.4x0.32
shelf-8=bookshelf N 2.4 0.95x2.4x0.32; shelf-9=bookshelf N 3.4 0.95x2.4x0.32; shelf-10=bookshelf -2.6,4.4@90; shelf-11=bookshelf -2.6,3.4@90
shelf-12=bookshelf -2.6,2.4@90; shelf-13=bookshelf 3.0,4.4@-90; shelf-14=bookshelf 3.0,3.4@-90; table=dining-table 0.4,2.2 1.6x0.75x0.9
chair-1=chair -0.65,2.2@90; chair-2=chair 1.45,2.2@-90; chair-3=chair 0.4,2.95; lamp-1=desk-lamp 0.4,2.3 ^0.75; book-1=book 0,2.1 ^0.75; book-2=book 0.9,2.2@30 ^0.75
ladder 3.9,6.2; window-1=window E -1.5 ^1.0 1.6x2; window-2=window E 1.6 ^1.0 1.6x2; globe 2.4,1.4 ^0.9; plinth 2.4,1.4; desk=reception-desk S -2.6 !; shelf-15=bookshelf W 0; shelf-16=bookshelf W 1

[museum] -6 -5 6 6 4.2
>door -5.4,-3@90; painting-1=painting N -3.6 ^1.0 1.8x1.3 !; painting-2=painting N 0 ^0.9 2.4x1.7 !; painting-3=painting N 3.6 ^1.0 1.5x1.9 !
painting-4=painting W 1 ^1.0 1.6x1.2; painting-5=painting W 3.8 ^1.0 1.2x1.5; painting-6=painting E 0 ^1.0 1.6x1.2; painting-7=painting E 3.6 ^1.0 1.4x1.4
bench 0,2.9@180 1.8x0.45x0.5; statue 3.6,2.4@-30 0.9x2.4x0.9; plinth -3.4,2.2; vase -3.4,2.2 ^0.9 0.3x0.55x0.3; bust 3.4,-1.6@-60; painting-8=painting S 3 ^1.0 1.6x1.2; sign N 1.7 ^1.2 0.2x0.15

[interrogation-room] -2.6 -3 2.6 3.4 2.6 spread=0.7
door W -1.8; table=table 0,1.8 1.3x0.75x0.8 grey; chair-1=chair -0.95,1.8@90; chair-2=chair 0.95,1.8@-90; lamp=ceiling-lamp 0,1.8 ^1.75; camera=security-camera 2.45,3.2@-45 ^2.2
cassette 0.3,1.95 ^0.75; ashtray -0.2,1.7 ^0.75; chair-3=chair 2.2,-2.4@-45; clock=wall-clock E 0.4 ^1.8

[laboratory] -4.6 -3.6 4.6 4.8 2.9
door=glass-door W -2.2; bench-1=kitchen-counter 0.2,2.4 3x0.9x0.8 white !; bench-2=kitchen-counter N -2 3.4x0.9x0.65 white; bench-3=kitchen-counter N 1.6 3.4x0.9x0.65 white
microscope -0.6,2.4@180 ^0.9; test-tubes 0.3,2.4 ^0.9; flask-1=flask 0.8,2.5 ^0.9 green; flask-2=flask 1.1,2.3 ^0.9 blue; computer -2.4,4.5 ^0.9; flask-3=flask 1.4,4.5 ^0.9 orange
fridge E 3.6 !; shelf=wall-cupboard N -2 ^1.5 3.2x0.65x0.35; shelf-2=wall-cupboard N 1.6 ^1.5 3.2x0.65x0.35; stool-1=bar-stool -0.8,3.15; stool-2=bar-stool 0.9,3.15
+bench 0.2,3.2; cupboard W 1.6 1.6x1.9x0.5 white; sink E 1.8; tube-1=neon-tube -1.5,1 ^2.78; tube-2=neon-tube 1.5,1 ^2.78; whiteboard W -0.2 ^1.0 1.4x1

[cellar] -3.6 -3.4 3.6 4 2.3
stairs 2.8,2.4 1.1x2.3x3; barrel-1=barrel -2.9,3.4; barrel-2=barrel -2.1,3.4; barrel-3=barrel -2.9,2.5; shelf-1=shelf N -0.6 !; shelf-2=shelf N 0.6; wine-1=wine-bottle -0.7,3.8 ^0.98
crate-1=crate -2.8,0.9; crate-2=crate -2.8,0.9 ^0.45; sack -2.2,1.5; bulb=ceiling-lamp 0,0.8 ^1.7 0.2x0.6x0.2; box-1=box 1.5,3.6; >door 2.6,0.4; cupboard W -1.6 1.2x1.7x0.45

[attic] -3.6 -4 3.6 5 3.2
window N 0 ^0.9 1x1.2; chest -1.6,2.6@20 !; box-1=box 1.6,3.0; box-2=box 1.7,3.0 ^0.32; box-3=box 2.3,2.4@30; suitcase -2.4,3.6@40; mirror=standing-mirror 1.0,4.2@-15
rocking-chair -1.4,4.0@20; frame=painting 2.2,3.7@-20 ^0; lamp=floor-lamp -2.3,1.6; >hatch 1.8,-2.4; crate 2.5,1.2; doll -1.6,2.6 ^0.6; wardrobe S -1 1.2x1.9x0.6; bulb=ceiling-lamp 0,1.6 ^2.4 0.2x0.7x0.2

[hotel-lobby] -6.5 -5 6.5 7 4.4
door=glass-door W -3 2.4x2.4; reception=reception-desk 1.4,4.4 3.4x1.1x0.8; +receptionist 1.4,5.3; +counter 1.4,3.6@180; bell=hand-bell 0.9,4.3 ^1.1; computer 2.2,4.5@180 ^1.1
lift-1=lift-door N -4.4; lift-2=lift-door N -2.7; sofa-1=sofa -4.2,1.6@90; sofa-2=sofa -2.0,1.6@-90 1.6x0.85x0.9; table=coffee-table -3.1,1.6@90 0.9x0.42x0.5; armchair 4.4,1.4@-60
chandelier 0,1.5 ^3.1 1.4x1.3x1.4; column-1=column -1.3,5.2 0.6x4.4x0.6; column-2=column 4.4,5.4 0.6x4.4x0.6; plant-1=houseplant 5.8,6.4; plant-2=houseplant -5.9,6.4; carpet 0,0.4 3.4x0.015x4
painting N 1.4 ^1.7 2.4x1.3; trolley=cart 4.6,-1.4@20 0.6x1.2x1.1 gold; suitcase 4.3,0.2; suitcase-2=suitcase 4.9,-0.2; vase=flower-vase -3.1,1.6 ^0.42; window-1=window E 0 ^0.6 2x2.6; window-2=window E 3.4 ^0.6 2x2.6

[studio] -7 -7 7 5.2 5.5
softbox-1=softbox -4.2,-0.6@-135; softbox-2=softbox 4.2,-0.6@135; tripod 5.2,-3; chair=directors-chair 5,-4.2@-60; >left -5.5,0.6@90; >right 5.5,0.6@-90; +back 0,1.8

[tabletop] -3.2 -3.2 3.2 2.6 3.2 centre=0,0.85
table=table 0,0 1.8x0.75x0.9 white; softbox-1=softbox -2.2,0.2@-100; softbox-2=softbox 2.2,0.2@100; >left -2.4,1.6@90; >right 2.4,1.6@-90; +front 0,-0.95@180

[void] -12 -12 12 12 8
>left -6,0@90; >right 6,0@-90; >far 0,8

[spaceship-interior] -3.6 -4.4 3.6 5.4 2.9
door S 0 1.4x2.1 grey; seat-1=car-seat -1.1,2.7@180 0.7x1.3x0.8; seat-2=car-seat 1.1,2.7@180 0.7x1.3x0.8; console=desk 0,4.3@180 4.6x0.85x0.8 grey; +console 0,3.5@180
crate-1=crate -3.0,-2.2; locker-1=locker E -2 silver; locker-2=locker E -3 silver
"""
