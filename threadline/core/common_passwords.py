"""Passwords that guessers try first, and the words they are made of; in lower case (S11).

Well-known ones from two decades of leaks, in the languages of our users. Shorter ones are refused by their length.
"""

COMMON_PASSWORDS: frozenset[str] = frozenset(
    """
!qaz2wsx 00000000 000000000 0123456789 09876543 0987654321 10203040 102030405060 11111111 111111111 1111111111
1111aaaa 11223344 1122334455 112233445566 12121212 123123123 123123qwe 123321123 12344321 123454321 1234554321
12345678 123456789 1234567890 123456789a 123456789q 12345678a 1234567a 123456aa 123456abc 123456qw 12345abc
12345qwert 1234abcd 1234asdf 1234qwer 123654789 123abc123 123qwe123 123qweasd 123qweasdzxc 12qwaszx 13131313
135792468 147258369 147852369 159357159 159753159 19851985 19861986 19871987 19881988 19891989 19901990 19911991
19921992 19931993 19941994 19951995 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2
20002000 20102010 20202020 20222022 20232023 20242024 20252025 20262026 22222222 246813579 27182818 2wsx3edc
31415926 314159265 321321321 33333333 44444444 456789123 55555555 66666666 741852963 77777777 789456123 87654321
88888888 963852741 987456321 987654321 9876543210 99999999 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5
aa123456 aa12345678 aaa123456 aaaa1111 aaaaaa aaaaaaaa aaaaaaaaa abababab abc abc12345 abc123456 abc123abc abcd
abcd1234 abcd12345 abcdabcd abcdef abcdef123 abcdefg1 abcdefgh abcdefghi abcdefghij access access12 access123
access14 admin admin!23 admin123 admin1234 admin12345 admin123456 admin@123 adminadmin administrador administrateur
administrator africa12 agent alejandra alejandro aleksandr aleksandra alexander alexander1 alexander123 alexandr
alexandra alexandre amanda12 amanda123 amazon123 amorcito amore amore123 amsterdam amsterdam1 anastasia andrew
andrew12 andrew123 android1 angel123 angelangel angels12 anthony anthony1 anthony123 anything apple123 apple1234
argentina arsenal arsenal1 arsenal123 artist12 as123456 asd12345 asdf asdf1234 asdf;lkj asdfasdf asdfgh asdfghjk
asdfghjkl asdfqwer ashley ashley12 ashley123 asshole asshole1 asshole123 australia australia1 autumn autumn12
autumn123 autumn2024 autumn2025 avengers azerty azerty123 azertyui azertyuiop babyboy1 babygirl babygirl1
babygirl123 backup123 banana banana12 banana123 bandit12 bangalore bangladesh barbie12 barcelona barcelona1
barcelona10 baseball baseball1 baseball123 basketball basketball1 batman batman12 batman123 bayern12 beatles1
beautiful beautiful1 benfica1 benjamin benjamin1 berlin berlin12 berlin123 besiktas beyonce1 birthday birthday1
bitch123 bitches1 biteme12 blahblah blessed1 blink182 blossom1 blowjob1 blueberry bond0007 bonita12 bonjour bonjour1
bonjour123 borussia boston12 brasil brasil12 broncos1 bubbles1 bubbles123 budweiser bullshit burger12 business
business1 buster12 butter12 buttercup butterfly butterfly1 california camaro12 canada canada12 canada123 captain1
carolina catdog12 catherine changeit changeme changeme1 changeme123 charlie charlie1 charlie12 charlie123 charlotte
cheese12 cheese123 chelsea chelsea1 chelsea123 cherry12 chevrolet chicago1 chicken1 china china123 chocolate
chocolate1 chouchou christian christian1 christina christine christmas christmas1 christopher ciao ciao1234 ciaociao
cocacola cocacola1 coffee coffee12 coffee123 colombia company company1 company123 computer computer1 computer123
contrasena contrasena1 contraseña contraseña1 cookie cookie12 cookie123 cookies1 corazon1 corinthians corvette
counterstrike cowboys1 creative creative1 cumshot1 cupcake1 customer dallas12 dancer12 dancing1 daniel daniel12
daniel123 daniel1234 danielle danielle1 darling1 darthvader database database1 december december1 december12 default
default1 default123 denver12 deutschland deutschland1 diamond diamond1 diamond123 diamonds dmitriy1 doggie12
doggy123 dolphin dolphin1 dolphins dortmund doudou12 dragon dragon12 dragon123 dragon1234 dragonball dragons1
dubai123 eagle123 eagles12 ekaterina elephant elizabeth elizabeth1 elvis123 eminem12 eminem123 españa12 estrella
facebook facebook1 facebook123 faith123 falcon12 fatima12 fcbayern february fenerbahce fernando ferrari1 ferrari123
fishing1 flamengo florida1 flower flower12 flower123 flowers flowers1 football football1 football12 football123
fortnite fortnite1 forzainter france98 francisco frankfurt franziska freedom freedom1 freedom123 friday123 friday13
fuckme12 fuckoff1 fuckyou fuckyou! fuckyou1 fuckyou12 fuckyou123 gabriel1 gabriela galatasaray gandalf1 ganesh12
garfield garfield1 geheim geheim12 geheim123 genesis1 george12 george123 gfhjkm12 gfhjkmgfhjkm ghbdtn12 ginger12
godbless godisgood godzilla golden golden12 golfgolf google google123 googlegoogle gorgeous greenday guest guest123
guestguest guinness guitar guitar12 guitar123 hallo hallo123 hallo1234 hallohallo halloween hamburg hamburg1
handsome harley12 harleydavidson harrypotter haslo haslo123 hawaii12 heaven12 heineken hello hello123 hello1234
hellohello hellokitty helloworld helpdesk helpdesk1 heslo heslo123 heslo1234 hockey hockey12 hockey123 hogwarts hola
hola1234 holahola holiday1 holland1 hollywood honda123 horses12 hotstuff houston1 hunter hunter12 hunter123 hunting1
ichliebedich ilovehim iloveme1 ilovemyself iloveu123 iloveyou iloveyou! iloveyou1 iloveyou12 iloveyou123 iloveyou2
inbox india india123 indonesia indonesia1 instagram internet internet1 internet123 iphone iphone12 ironman1 istanbul
italia italia12 jackson5 jamaica1 jamesbond january1 japan123 jelszo12 jennifer jennifer1 jessica jessica1 jessica12
jessica123 jesus123 jesuschrist jesuslovesme jetaime jetaime1 jetaime123 johannes jonathan jonathan1 jordan jordan12
jordan123 jordan23 joshua joshua12 joshua123 juventus juventus1 katharina kawasaki kiev1234 killer killer12
killer123 king1234 kingking kitten12 kittycat kocham12 kochamcie krishna1 lakers24 lakshmi1 lasvegas letmein
letmein! letmein1 letmein123 letmeinn liberty1 liebe123 linkedin linkinpark linux123 lion1234 liverpool liverpool1
liverpool123 lkjhgfds lkjhgfdsa login login123 loginlogin london london12 london123 losangeles loulou12 love1234
love12345 lovelife lovelove lovely lovely12 loveme123 lovesex1 loveyou loveyou1 lubov123 maggie12 malaysia manager
manager1 manager123 manchester manunited marina12 mariposa marlboro marseille master master12 master123 mastermind
matrix12 matthew matthew1 matthew123 maximilian maximus1 melbourne melissa1 mercedes mercedes1 messages messenger
metallica metallica1 mexico12 michael michael1 michael12 michael123 michaeljackson michelle michelle1 mickey12
mickeymouse microsoft million million1 millionaire minecraft minecraft1 minecraft123 misiek12 mnbvcxz1 mnbvcxzlkj
mohammad1 mohammed monday12 monday123 money money123 moneymoney monkey monkey12 monkey123 monkeys1 moonlight
moonshine moskva moskva12 motdepasse motdepasse1 motorola muenchen muhammad mumbai12 music music123 musica12
mustafa1 mustang1 mylove123 mypassword mysecret napoli12 naruto123 nastya12 natasha1 natasha12 nathalie nederland
netflix1 netflix123 network network1 newyork newyork1 newyork123 nicholas nicholas1 nicole nicole12 nicole123
nikolaus nintendo nirvana1 nokia123 nothing nothing1 nothing123 november november1 october1 october10 oesterreich
office office123 operator orange orange12 orange123 p@ssw0rd p@ssword pa55word packers1 pakistan pakistan1
pakistan123 palmeiras panther1 paris paris123 parol parol123 parol1234 parola12 parola123 pass1234 passpass passw0rd
password password1 password12 password123 password1234 passwords passwort passwort1 passwort12 passwort123 patricia
patrick1 patriots peaches1 peanut12 pepper12 pepsi123 philippines phoenix phoenix1 phoenix12 phoenix123 pikachu1
pizza123 platinum playboy1 playstation playstation1 poiuytre poiuytrewq pokemon pokemon1 pokemon123 polska polska12
polska123 pornhub1 porsche1 porsche911 portugal prince prince12 princess princess1 princess12 princess123 private
private1 privet privet12 privet123 pumpkin1 puppy123 pussy123 q1234567 q1w2e3r4 q1w2e3r4t5 qazwsx qazwsx12 qazwsx123
qazwsxed qazwsxedc queen123 qwaszx12 qwe123qwe qweasdzxc qweqweqwe qwer1234 qwerty qwerty12 qwerty123 qwerty1234
qwerty12345 qwerty123456 qwerty78 qwertyqwerty qwertyui qwertyuiop qwertyйцукен qwertz qwertz123 qwertzuiop rabbit12
rainbow rainbow1 rainbow123 ranger12 realmadrid rebecca1 redsox12 richard1 rihanna1 robert robert12 robert123
rocknroll rockstar rockstar1 rocky123 root root1234 root12345 rootroot rosebud1 rossiya1 rotterdam running1 sabrina1
samantha samantha1 samson12 samsung samsung1 samsung123 sandiego sandra12 santiago sasuke12 saturday schalke04
schatz schatz12 schatz123 schatzi1 schmetterling schweiz1 scoobydoo scooter1 sebastian sebastian1 secret secret12
secret123 secret1234 secrets1 security security1 senha senha123 senha1234 september september1 server server123
service service1 service123 sexy1234 sexysexy shadow shadow12 shadow123 sifre sifre123 silver silver12 silver123
simpsons singapore singer12 skywalker slipknot snickers snoopy12 snowball snowflake soccer soccer12 soccer123
softball soleil soleil12 soleil123 something sommer sommer12 sommer123 sonnenschein southpark spiderman spiderman1
spiderman123 spongebob spongebob1 spotify1 spring spring12 spring123 spring2024 spring2025 spring2026 starcraft
starlight startrek starwars starwars1 starwars123 steelers stephanie stephanie1 strawberry success success1
success123 summer summer12 summer123 summer2023 summer2024 summer2025 summer2026 sunday12 sunshine sunshine1
sunshine12 sunshine123 superadmin superman superman1 superman123 superuser supervisor support support1 support123
suzuki12 svetlana sweetheart sweetie1 swimming sydney12 sysadmin teamo teamo123 teamomucho teddybear telegram
telegram1 temp temp1234 temporary tennis12 tequiero terminator test test1234 test12345 tester123 testing testing1
testing123 testtest testuser texas123 thanksgiving thomas thomas12 thomas123 thursday tiger tiger123 tigers12
tigger12 tinkerbell tokyo123 toor1234 topsecret toronto1 toyota12 treasure trinity1 trustno trustno1 trustnoone
tuesday1 turtle12 twitter twitter1 ubuntu12 ukraine1 user user1234 username useruser valentin valentina valentine
vanessa1 veronica vfrcbv12 victoria victoria1 victory victory1 vietnam1 vladimir volleyball w1234567 wachtwoord
wachtwoord1 warcraft1 wednesday weekend1 welcome welcome! welcome1 welcome12 welcome123 welcome1234 welcome2 welkom
welkom01 welkom12 welkom123 whatever whatever1 whatever123 whatsapp whatsapp1 whatsapp123 whiskey1 william william1
william123 willkommen willkommen1 windows windows1 windows10 windows123 winniethepooh winter winter12 winter123
winter2023 winter2024 winter2025 winter2026 wolverine x1234567 xbox3600 yamaha12 yankees1 yfnfif12 youtube youtube1
youtube123 ytrewq12 z1234567 zaq12wsx zaq1zaq1 zelda123 zxcvbn zxcvbnm zxcvbnm, zxcvbnm1 zxcvbnm123 zxcvbnmm
zxcvzxcv zz123456 админ123 йцукен йцукенгш йцукенгшщз любовь12 наташа12 пароль пароль12 пароль123 привет привет12
привет123 секрет12 солнышко
""".split()  # noqa: SIM905 - a thousand quotation marks would not make it easier to read
)
