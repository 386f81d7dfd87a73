from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pieces", "0001_initial")]

    operations = [
        migrations.AlterField("part", "code", models.CharField(max_length=9, primary_key=True)),
        migrations.RenameModel("Part", "Piece"),
        migrations.RenameModel("Kind", "Sort"),
        migrations.AlterField("use", "count", models.PositiveIntegerField(default=2)),
        migrations.RenameField("use", "part", "piece"),
        migrations.AlterField("use", "piece", models.OneToOneField("pieces.Piece", models.CASCADE)),
        migrations.AlterField("piece", "boxes", models.ManyToManyField("pieces.Sort", related_name="+")),
        migrations.AlterField("sort", "name", models.TextField(db_index=True)),
        migrations.AlterModelTable("use", None),
        migrations.AddIndex("use", models.Index(fields=["-count"], name="use_count", condition=~models.Q(count=3) | models.Q(piece__isnull=False))),
    ]
