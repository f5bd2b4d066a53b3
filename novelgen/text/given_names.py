"""Given names that tell whether a person is a woman or a man, in lower case.

Names that both bear (Robin, Leslie) are left out. Of novels in English, old and new.
"""

from novelgen.text.titles import Sex

_FEMALE = """
abigail ada adele adeline agatha agnes alice amanda amelia amy anastasia andrea angela anita ann
anna anne annette annie antonia audrey aurora barbara beatrice becky bella bertha bess beth betsy
betty bridget camilla carol caroline catherine cathy cecilia charlotte christina christine clara
clarissa claudia constance cora cordelia cynthia daphne deborah diana dinah dolly dora doris
dorothea dorothy edith edna eleanor elena elinor elisabeth eliza elizabeth ella ellen eloise elsa
elsie emilia emily emma esther ethel eugenia eunice eva eve eveline evelyn fanny felicia fiona
flora florence frances frieda gabriella genevieve georgiana gertrude gladys gloria greta gretchen
gwen gwendolen hannah harriet helen helena helga henrietta hermione hester hilda ida imogen inez
ingrid irene irma isabel isabella jane janet jean jemima jennifer jenny jessica jessie joan joanna
josephine joyce judith julia juliana juliet karen kate katharine katherine kathleen katie kitty
laura lavinia leah lena leonora letitia lettice lilian lillian linda lisa lizzie lizzy lois louisa
louise lucia lucille lucinda lucy lydia mabel madeleine madge maggie mamie margaret margery maria
marian marianne marie marilla marina marion marjorie martha mary matilda maud maude mavis meg
melissa mercedes mildred minna minnie miranda miriam molly muriel myra myrtle nan nancy naomi
natalia natalie natasha nell nellie netta nora octavia olga olivia ophelia pamela patricia patty
paula paulina pauline peggy penelope philippa phoebe phyllis polly priscilla prudence rachel
rebecca rhoda rosa rosalie rosalind rosamond rosanna rose rosemary rosie ruth sabina sally
samantha sara sarah selina sheila sibyl sofia sonia sophia sophie stella susan susanna susannah
sybil sylvia tabitha tamara tatiana tess thelma theodora theresa tilly trixie ursula valerie
vanessa vera verena veronica victoria viola violet virginia vivien wanda wendy wilhelmina winifred
yvonne zelda zoe
"""
_MALE = """
aaron abel abraham adam adrian alan albert alec alexander alexis alfred algernon allan amos
ambrose andrew andy angus anthony antoine antonio archibald archie arnold arthur aubrey augustus
austin barnabas barnaby barney bartholomew basil ben benedict benjamin bernard bert bertram bill
billy bob boris brian bruce bruno caleb calvin carl casper cecil cedric charles charlie chester
christopher clarence claude clement clifford clive conrad cornelius cuthbert cyril dan daniel
darius dave david dennis derek dick dimitri dmitri donald douglas duncan ebenezer edgar edmund
eduard edward edwin eli elias elijah ellis enoch eric ernest erasmus eugene evan everard ezra
felix ferdinand fergus francis francisco frank franz fred frederic frederick fritz gabriel gareth
geoffrey george gerald gerard gideon gilbert giles giovanni godfrey gordon graham gregory gus guy
hans harold harry harvey hector henry herbert herman hiram horace horatio howard hubert hugh hugo
humphrey ian ignatius igor isaac isaiah ishmael ivan jack jacob jake james jan jasper jeff jeffrey
jeremiah jeremy jerome jerry jim jimmy joachim job joe joel john johnny jonah jonas jonathan
joseph joshua juan jude julian julius karl keith kenneth kurt lancelot lars lawrence lazarus
lemuel leo leon leonard leopold lewis lionel louis lucas lucius ludwig luke malcolm marcel marco
marcus mark martin matthew maurice max maximilian michael miguel mike miles mordecai moses murdoch
nathan nathaniel ned neil nicholas nick nicolas nigel noah norman oliver oscar oswald otto owen
patrick paul percival percy perry peter philip phineas pierre ralph randolph raphael raymond
reginald reuben rex richard robert roderick rodney roger roland ronald rory rudolf rufus rupert
samson samuel saul sebastian septimus seth sidney sigmund silas simon solomon stanley stephen
steven stuart sydney ted terence theobald theodore theophilus thomas timothy titus tobias tom
tommy toby ulrich uriah valentine victor vincent vladimir wallace walter wilbur wilfred wilhelm
william willie winston wolfgang xavier zachary zebedee
"""
GIVEN_NAMES = dict.fromkeys(_FEMALE.split(), Sex.FEMALE) | dict.fromkeys(_MALE.split(), Sex.MALE)
