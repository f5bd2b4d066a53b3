"""Common English words, in lower case, that are given to people and places as names."""

_LISTED = """
will mark bill jack frank grant art pat rich sue bob rob nick skip chip drew dean guy gene harry
miles ray rod wade ward warren lance chase chuck cliff clay rusty sandy stew victor dick josh
rose lily daisy ivy iris violet olive heather hazel holly ginger fern poppy myrtle rosemary basil
herb sage laurel jasmine willow pearl ruby amber jade crystal opal gem coral penny
hope faith grace joy charity patience prudence constance clemency mercy felicity honor honour
verity harmony melody carol dawn eve may april june august summer autumn winter
hunter mason taylor carter cooper baker smith miller fisher potter archer tanner turner walker
porter parker butler cook gardener shepherd sawyer thatcher weaver wheeler glover fuller page
king queen knight bishop prince duke earl baron count abbot pope judge major noble squire marshal
young long short small little strong swift sharp wise sweet moody savage stern bright
brown black white green gray grey blue gold silver golden
wood woods stone rivers river brook brooks lake field fields hill hills bush marsh banks bridges
bridge church temple hall house street bell ball cross day fox wolf wolfe lamb bird finch swan drake
crane robin jay wren martin lane love moon star sky snow frost rain storm gale flint rock garland
case price power powers rush park parks bond cash pitt battle burns bass banner barber barker
mayor mills moss nail nash north south east west oak ash elm birch peel pike pool rich root shade
singer spear spring storey tide trust waters wells wing winters worth violet dolly china india
jean pole turkey jersey reading bath cork nice lent bray wales
"""
NAME_LIKE_WORDS = frozenset(_LISTED.split())
