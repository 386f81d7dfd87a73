from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_alone")]

    operations = [
        migrations.CreateModel("Kind", [
            ("name", models.CharField(max_length=40, unique=True)),
            ("boxes", models.ManyToManyField("shop.Box")),
        ]),
        migrations.CreateModel("Part", [
            ("code", models.CharField(max_length=5, primary_key=True)),
            ("whole", models.ForeignKey("self", models.CASCADE, null=True, related_name="parts")),
            ("others", models.ManyToManyField("self")),
            ("boxes", models.ManyToManyField("shop.Box", related_name="made_of")),
            ("one", models.OneToOneField("pieces.Kind", models.CASCADE, null=True)),
        ]),
        migrations.CreateModel("Use", [
            ("id", models.BigAutoField(primary_key=True)),
            ("part", models.ForeignKey("pieces.Part", models.CASCADE)),
            ("count", models.IntegerField(null=True)),
        ], options={"db_table": "uses"}),
    ]
